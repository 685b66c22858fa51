import { OWNER_PRIORITY } from "../../src/vrrp/types.ts";
import type {
  Daemon,
  DaemonKind,
  RouterSpec,
  StartOptions,
  WaitForStateOptions,
} from "./daemon.ts";
import { TestProcess } from "./process.ts";

/** Debian's keepalived, in the foreground with its own PID files, logging to stderr. */
export const keepalived: DaemonKind = { name: "keepalived", start };

async function start({ world, machine, routers }: StartOptions): Promise<Daemon> {
  const config = world.path(`keepalived-${machine}.conf`);
  const childPid = world.path(`keepalived-${machine}-vrrp.pid`);
  await Deno.writeTextFile(config, configText(routers));
  const process = new TestProcess({
    command: "keepalived",
    args: [
      ...["-n", "-l", "-D", "-P", "-f", config],
      ...["-p", world.path(`keepalived-${machine}.pid`), "-r", childPid],
    ],
    namespace: world.namespace(machine),
  });
  const daemon = world.own(new Keepalived(process, childPid, routers));
  await daemon.ready();
  return daemon;
}

class Keepalived implements Daemon {
  readonly process: TestProcess;
  readonly #childPid: string;
  readonly #routers: readonly RouterSpec[];

  constructor(process: TestProcess, childPid: string, routers: readonly RouterSpec[]) {
    this.process = process;
    this.#childPid = childPid;
    this.#routers = routers;
  }

  async ready(): Promise<void> {
    for (const { vrid } of this.#routers) {
      await this.process.waitForLine(new RegExp(`\\(VI_${vrid}\\) Entering `));
    }
  }

  async waitFor(state: "Backup" | "Master", options: WaitForStateOptions = {}): Promise<void> {
    const { vrid = this.#routers[0]?.vrid, since = 0 } = options;
    const pattern = new RegExp(`\\(VI_${vrid}\\) Entering ${state.toUpperCase()} STATE`);
    await this.process.waitForLine(pattern, { since });
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  /**
   * The protocol runs in a child, which the kernel ends with SIGTERM, and so with a farewell, when
   * its parent dies; a parent whose child dies starts another. Both have to go, the child first.
   */
  async kill(): Promise<void> {
    if (!this.process.running) return;
    const child = Number(await Deno.readTextFile(this.#childPid));
    Deno.kill(child, "SIGKILL");
    await this.process.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.kill();
  }
}

/** The configuration file for these routers. */
export function configText(routers: readonly RouterSpec[]): string {
  return [
    "global_defs {",
    "  vrrp_version 2",
    "}",
    ...routers.flatMap(instance),
    "",
  ].join("\n");
}

function instance(router: RouterSpec): string[] {
  const { vrid, priority, addresses, advertS = 1, preempt = true, password } = router;
  if (router.virtualMac === "interface") {
    throw new Error("Cannot configure keepalived: it never sets the interface's own MAC");
  }
  // Tests know the instances on eth0 by their group alone.
  const name = router.interface === undefined ? `VI_${vrid}` : `VI_${router.interface}_${vrid}`;
  return [
    `vrrp_instance ${name} {`,
    ...(router.version === undefined ? [] : [`  version ${router.version}`]),
    // Without it even the owner of an address waits before it becomes Master.
    `  state ${priority === OWNER_PRIORITY ? "MASTER" : "BACKUP"}`,
    `  interface ${router.interface ?? "eth0"}`,
    `  virtual_router_id ${vrid}`,
    `  priority ${priority}`,
    `  advert_int ${advertS}`,
    ...(preempt ? [] : ["  nopreempt"]),
    ...(router.accept === undefined ? [] : [router.accept ? "  accept" : "  no_accept"]),
    ...(router.virtualMac === "macvlan" ? ["  use_vmac"] : []),
    ...(password === undefined ? [] : authentication(password, router.authHeader === true)),
    ...(router.unicast === undefined ? [] : unicastPeers(router.unicast)),
    "  virtual_ipaddress {",
    ...addresses.map((address) => `    ${address}`),
    "  }",
    "}",
  ];
}

function unicastPeers({ source, peers }: NonNullable<RouterSpec["unicast"]>): string[] {
  return [
    `  unicast_src_ip ${source}`,
    "  unicast_peer {",
    ...peers.map((peer) => `    ${peer}`),
    "  }",
  ];
}

function authentication(password: string, inHeader: boolean): string[] {
  const type = inHeader ? "AH" : "PASS";
  return ["  authentication {", `    auth_type ${type}`, `    auth_pass ${password}`, "  }"];
}
