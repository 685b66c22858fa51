import type { TomlTable } from "../../tests/support/toml.ts";
import { eventually } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";
import type { LoadPlan } from "./api_load/plan.ts";
import type { Daemon } from "./daemon.ts";

/** Whose machine the clients are on; the daemon that they ask is on r1. */
export const CLIENTS = "host";

const ADDRESS = { daemon: "10.8.0.1", clients: "10.8.0.3" } as const;

/** All that is done to the API at the same time. */
export const LOAD: Omit<LoadPlan, "durationMs"> = {
  hostname: ADDRESS.daemon,
  port: 7080,
  credentials: "admin:banana",
  requestsPerS: 500,
  clients: 50,
  streams: 150,
  unreadStreams: 50,
  idle: 1000,
  slowBodies: 20,
};

/** Who signs in with {@linkcode LOAD}'s credentials. */
const USER = "{{SHA256}}admin:0:1eb7ac761a1201f9:" +
  "3df024b5dc20a168d6a3fe406c65ec286e71c61c9c738e079ddd6dae255ee695";

/** The configuration's table `[api]` that {@linkcode LOAD} is meant for. */
export const API: TomlTable = { users: [USER], host: `${LOAD.hostname}:${LOAD.port}` };

/** A network of its own: neither is the load on the tap, nor are advertisements sent to the clients. */
export async function addApiNetwork(world: World): Promise<void> {
  await world.addBridge("br1");
  const link = { name: "eth1", bridge: "br1" } as const;
  const ends = [
    { machine: "r1", mac: "02:00:00:00:01:01", address: `${ADDRESS.daemon}/24` },
    { machine: CLIENTS, mac: "02:00:00:00:01:03", address: `${ADDRESS.clients}/24` },
  ] as const;
  for (const end of ends) await world.addLink({ ...link, ...end });
}

/** Waits until the daemon says that it listens. */
export async function untilApi(daemon: Daemon): Promise<void> {
  const listens = async () => (await daemon.output()).includes("The client API listens on");
  await eventually(listens, { what: "the client API" });
}
