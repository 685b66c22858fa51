import type { TomlTable } from "../../tests/support/toml.ts";
import { delay } from "../../tests/support/wait.ts";
import type { Measurement } from "./bench.ts";
import { Daemon } from "./daemon.ts";
import { type Memory, memoryOf } from "./memory.ts";
import { SETTLE_MS } from "./pair.ts";
import type { Row } from "./row.ts";
import { PRIORITY, VRIDS, vrouters } from "./vrouters.ts";

const MB = 1e6;
const KB = 1e3;

export const MEMORY: Row = {
  name: "memory",
  figures: [
    { key: "rss.1", what: "Resident memory, 1 virtual router", unit: "MB" },
    { key: "rss.255", what: "Resident memory, 255 virtual routers", unit: "MB", goal: 80 },
    { key: "pss.255", what: "The same, shared pages divided", unit: "MB" },
    {
      key: "rss.clients",
      what: "Resident memory, 255 virtual routers, with the thread that answers clients",
      unit: "MB",
      goal: 100,
    },
    { key: "rss.each", what: "Resident memory for each further one", unit: "kB", goal: 20 },
  ],
  async measure(measurement) {
    const one = await memoryWith(measurement, VRIDS.slice(0, 1), ALONE);
    const all = await memoryWith(measurement, VRIDS, ALONE);
    const clients = await memoryWith(measurement, VRIDS);
    return {
      "rss.1": one.rss / MB,
      "rss.255": all.rss / MB,
      "rss.clients": clients.rss / MB,
      "pss.255": all.pss / MB,
      "rss.each": (all.rss - one.rss) / KB / (VRIDS.length - 1),
    };
  },
};

/** Without the control socket, as without `[api]`, nobody has to be answered. */
const ALONE = { control_socket: "" };

async function memoryWith(
  { bench, make }: Measurement,
  vrids: readonly number[],
  general: TomlTable = {},
): Promise<Memory> {
  const world = await bench.world();
  const routers = vrouters({ vrids, priority: PRIORITY.master });
  const options = { world, place: "r1", make, binary: bench.binary, routers, general } as const;
  const daemon = await Daemon.start(options);
  await daemon.untilMaster();
  await delay(SETTLE_MS);
  return await memoryOf(daemon.pid);
}
