import { isDeepStrictEqual } from "node:util";
import { machineState } from "../../tests/support/machine_state.ts";
import { delay } from "../../tests/support/wait.ts";
import { AddressMonitor } from "../benchmark/address_monitor.ts";
import { type CpuUse, measureCpu } from "../benchmark/cpu_meter.ts";
import type { Daemon } from "../benchmark/daemon.ts";
import { type Memory, memoryOf } from "../benchmark/memory.ts";
import { SETTLE_MS } from "../benchmark/pair.ts";
import { WideTaps } from "../benchmark/wide_taps.ts";
import type { LogFacts } from "./daemon_log.ts";
import type { SoakOptions } from "./options.ts";
import { logOf, type Scene } from "./scene.ts";

/** Until then memory may grow. */
const WARM_UP_MS = 60_000;
/** For a daemon that is very late: one that works through thousands takes seconds. */
const AFTER_MS = 3000;

export interface Both<T> {
  readonly r1: T;
  readonly r2: T;
}

/** Of one daemon while both are watched. */
export interface Watched {
  readonly cpu: CpuUse;
  readonly atStart: Memory;
  readonly warm: Memory;
  readonly atEnd: Memory;
  readonly logAtStart: LogFacts;
  readonly logAtEnd: LogFacts;
}

/** What is known without the taps. Times are milliseconds since the epoch. */
export interface Noted {
  /** With a single virtual router. */
  readonly one: Memory;
  readonly executedMs: number;
  readonly watched: Both<Watched>;
  readonly askedToStopMs: number;
  readonly exitMs: number;
  readonly addressesGoneMs: number;
  readonly asBefore: boolean;
  /** The Backup's last words. */
  readonly log: LogFacts;
}

/** All virtual routers start on both, are watched, lose their Master, and are stopped. */
export async function soak(
  scene: Scene,
  options: SoakOptions,
  progress: (text: string) => void,
): Promise<{ readonly noted: Noted; readonly taps: WideTaps }> {
  const before = await machineState(scene.world, "r2");
  progress("a single virtual router");
  const one = await memoryOfOne(scene);
  const taps = await WideTaps.start(scene.world, scene.wide);
  progress(`${scene.count} virtual routers on r1, then on r2`);
  const r1 = await scene.start("r1");
  await r1.untilMaster();
  const r2 = await scene.start("r2");
  await scene.untilSettled(r2);
  progress(`watching for ${options.watchMs / 1000} seconds`);
  const watched = await watchBoth({ r1, r2 }, options.watchMs);
  progress("the Master is killed");
  await r1.kill();
  // Its kernel would go on as if nothing had happened, with the same addresses and MACs.
  await scene.cutOff();
  await r2.untilMaster();
  await delay(AFTER_MS);
  progress("the Backup is stopped");
  const stopped = await stopAndLook(scene, r2);
  await taps.end();
  const asBefore = isDeepStrictEqual(await machineState(scene.world, "r2"), before);
  const executedMs = await r1.executedMs();
  return { taps, noted: { one, executedMs, watched, ...stopped, asBefore, log: await logOf(r2) } };
}

async function memoryOfOne(scene: Scene): Promise<Memory> {
  const daemon = await scene.startOne();
  await delay(SETTLE_MS);
  const memory = await memoryOf(daemon.pid);
  await daemon.terminate();
  return memory;
}

async function watchBoth({ r1, r2 }: Both<Daemon>, watchMs: number): Promise<Both<Watched>> {
  const [first, second] = await Promise.all([watch(r1, watchMs), watch(r2, watchMs)]);
  return { r1: first, r2: second };
}

async function watch(daemon: Daemon, watchMs: number): Promise<Watched> {
  const logAtStart = await logOf(daemon);
  const atStart = await memoryOf(daemon.pid);
  const warmUpMs = Math.min(WARM_UP_MS, watchMs / 2);
  const [cpu, warm] = await Promise.all([
    measureCpu(daemon.pid, watchMs),
    delay(warmUpMs).then(() => memoryOf(daemon.pid)),
  ]);
  const atEnd = await memoryOf(daemon.pid);
  return { cpu, atStart, warm, atEnd, logAtStart, logAtEnd: await logOf(daemon) };
}

async function stopAndLook(
  scene: Scene,
  daemon: Daemon,
): Promise<Pick<Noted, "askedToStopMs" | "exitMs" | "addressesGoneMs">> {
  const monitor = await AddressMonitor.start(scene.world, "r2");
  const askedToStopMs = Date.now();
  const exitMs = await daemon.terminate();
  const addressesGoneMs = await monitor.lastGoneMs(scene.virtualAddresses);
  return { askedToStopMs, exitMs, addressesGoneMs };
}
