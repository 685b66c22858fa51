import { PacketSocket } from "../../ffi/packet_socket.ts";
import { assert } from "../../src/base/assert.ts";
import { ip, parsePrefix } from "../../src/base/ip.ts";
import type { StaticRoute, VirtualRouterConfig } from "../../src/config/types.ts";
import { NetlinkDriver } from "../../src/drivers/netlink.ts";
import type { Log } from "../../src/log.ts";
import { Engine } from "../../src/runtime/engine.ts";
import { StateDirectory } from "../../src/runtime/undo/state_directory.ts";
import { Undo } from "../../src/runtime/undo/undo.ts";
import { routerConfig } from "../runtime/fixtures.ts";
import { advertFrame } from "../support/advert_frame.ts";
import { Fuse, MinedDriver, MinedFiles } from "./fuse.ts";
import { NEAR, ROUTE, type VictimOptions, VIRTUAL, WIRE } from "./cable.ts";

/*
 * The daemon's own parts put together as the daemon does it, with a step before everything that
 * changes the machine or the undo file. Takes its options as JSON; prints `steps N` when it ends in
 * order: start, take-over, step-down, take-over, stop.
 */

const options: VictimOptions = JSON.parse(Deno.args[0] ?? "");
const fuse = new Fuse(options.killAt);
using wire = openWire();

/** What another router says, so that the next change of state comes at once. */
const ANSWERS = [
  { state: "Backup", priority: 0 },
  { state: "Master", priority: 255 },
  { state: "Backup", priority: 0 },
] as const;

const LOG: Log = {
  busy: false,
  information: print,
  warning: print,
  error: print,
  debug: () => {},
};

await run();
console.log(`steps ${fuse.steps}`);

async function run(): Promise<void> {
  const routers = [router()];
  using driver = new MinedDriver(new NetlinkDriver(), fuse);
  using files = new MinedFiles(StateDirectory.open(options.stateDir), fuse);
  using undo = Undo.open({
    files,
    driver,
    log: LOG,
    pid: Deno.pid,
    routers,
    staticRoutes: [],
  });
  if (!options.onlyRecovery) await runEngine(undo, driver, routers);
  undo.close();
}

async function runEngine(
  undo: Undo,
  driver: MinedDriver,
  routers: readonly VirtualRouterConfig[],
): Promise<void> {
  const log = { ...LOG, information: follow };
  const guarded = undo.guard(driver);
  const drivers = { links: guarded, of: () => guarded };
  using engine = new Engine({ routers, staticRoutes: [], drivers, others: undo, log });
  let changes = 0;
  function follow(line: string): void {
    print(line);
    const state = /Changed from \w+ to (\w+)/.exec(line)?.[1];
    if (state === undefined || state === "Down") return;
    const answer = ANSWERS[changes++];
    if (answer === undefined) {
      if (options.dieAsMaster) Deno.kill(Deno.pid, "SIGKILL");
      return engine.stop();
    }
    assert(answer.state === state, `${answer.state} comes next, not ${state}`);
    wire.send(frame(answer.priority));
  }
  engine.start();
  await engine.run();
}

function router(): VirtualRouterConfig {
  const config = routerConfig({
    interface: NEAR,
    protocol: { vrid: 1, priority: 254, addresses: VIRTUAL.map(ip) },
    ...options.router,
  });
  const prefix = parsePrefix(`${VIRTUAL[1]}/32`);
  assert(prefix !== undefined, "the second address is one");
  const [first] = config.addresses;
  assert(first !== undefined, "there is a first address");
  const addresses = [first, { address: prefix.address, prefixLength: prefix.length }];
  return { ...config, addresses, routes: options.hasRoute ? [route()] : [] };
}

function route(): StaticRoute {
  const destination = parsePrefix(ROUTE.destination);
  assert(destination !== undefined, "the destination is a network");
  return { destination, nextHop: ip(ROUTE.nextHop), metric: ROUTE.metric };
}

function frame(priority: number): Uint8Array<ArrayBuffer> {
  return advertFrame({
    source: "10.8.0.2",
    advert: { priority, addresses: VIRTUAL.map(ip) },
  });
}

function openWire(): PacketSocket {
  return new PacketSocket({ interfaceName: WIRE.name, ifindex: options.wireIndex, etherType: 0 });
}

function print(line: string): void {
  console.log(line);
}
