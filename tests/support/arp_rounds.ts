import { ADDRESS, type Machine, type World } from "./world.ts";

export interface Rounds {
  readonly router: Machine;
  readonly virtualAddress: string;
  readonly count: number;
}

/**
 * Everybody forgets everybody again and again, and then speaks: the host to the virtual address and
 * to the router's own, the router to the host from either. Gives how many echo requests of the four
 * in each round were answered.
 */
export async function arpRounds(world: World, rounds: Rounds): Promise<number> {
  const { router, virtualAddress, count } = rounds;
  const namespace = world.namespace(router);
  const echoes = [
    `ping ${virtualAddress}`,
    `ping ${ADDRESS[router]}`,
    `ip netns exec ${namespace} ping ${ADDRESS.host}`,
    `ip netns exec ${namespace} ping -I ${virtualAddress} ${ADDRESS.host}`,
  ].map((command) => `${command} -q -n -c 1 -W 1 >/dev/null && answered=$((answered + 1))`);
  const forget = `ip neigh flush all; ip -n ${namespace} neigh flush all`;
  const round = echoes.flatMap((echo) => [forget, echo]).join("\n");
  const script = `answered=0\nfor round in $(seq ${count}); do\n${round}\ndone\necho $answered`;
  return Number(await world.run("host", ["sh", "-c", script]));
}
