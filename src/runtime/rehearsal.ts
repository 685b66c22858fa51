import { ip } from "../base/ip.ts";
import type { VirtualRouterConfig } from "../config/types.ts";
import type { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import type { RouterEvent } from "../vrrp/types.ts";
import type { LinkInfo } from "../wire/rtnetlink.ts";
import { Backlog } from "./backlog.ts";
import { Batch } from "./batch.ts";
import { Deadlines } from "./deadlines.ts";
import { InterfaceTable } from "./interfaces.ts";
import type { Outlet } from "./outlet.ts";
import { LogLimit } from "./log_limit.ts";
import { type Placement, Router } from "./router.ts";
import { Sender } from "./sender.ts";

/** Enough for the engine to have compiled what a take-over runs through. */
const ROUNDS = 12;
const ROUTERS = 24;
/** The kernel has no interface of this index and refuses everything about it. */
const NO_IFINDEX = 0x7fff_fffe;
const NAME = "rehearsal";
const SOURCE = { 4: ip("192.0.2.1"), 6: ip("fe80::1") } as const;
const PEER = { 4: ip("192.0.2.2"), 6: ip("fe80::2") } as const;

/** Only addresses are added and removed: what else a take-over changes is done once, not for each. */
const IMAGINARY = {
  interface: NAME,
  interfaceType: "ether",
  virtualMac: false,
  mayOwn: false,
  routes: [],
  tracking: { interfaces: [], routes: [], files: [], scripts: [] },
} as const;

const SILENT: Log = {
  busy: false,
  information: () => {},
  warning: () => {},
  error: () => {},
  debug: () => {},
};

const NOWHERE: Outlet = {
  name: NAME,
  ifindex: NO_IFINDEX,
  closed: false,
  sendAll: (slots) => slots.clear(),
};

/**
 * Plays the take-over of imaginary virtual routers. A Backup may wait for months, and code that
 * runs for the first time is ten times as slow as later: the real take-over is not to be the
 * first. Nothing of it leaves the machine or changes it: the frames go nowhere, and the addresses
 * are for an interface that does not exist.
 */
export class Rehearsal {
  readonly #routers: readonly Router[];
  readonly #placements: readonly Placement[];
  readonly #sender: Sender;
  readonly #backlog: Backlog;
  #rounds = 0;

  /** Routers like these, so that the same ways through the code are taken. */
  constructor(
    { configs, drivers }: {
      configs: readonly VirtualRouterConfig[];
      drivers: Pick<Drivers, "of">;
    },
  ) {
    const limit = new LogLimit();
    const table = new InterfaceTable();
    const parts = { drivers, table, limit, log: SILENT };
    table.replace([imaginaryLink()], []);
    this.#sender = new Sender(parts);
    this.#backlog = new Backlog({ ...parts, sender: this.#sender });
    const tables = { deadlines: new Deadlines(ROUTERS), retries: new Deadlines(ROUTERS) };
    this.#routers = configs.slice(0, ROUTERS).map((config, index) =>
      new Router({ ...config, ...IMAGINARY }, { ...tables, index, nowMs: 0 })
    );
    this.#placements = this.#routers.map(({ virtualMac, config }) => ({
      link: NOWHERE,
      source: SOURCE[config.protocol.family],
      isIpv6Router: false,
      ownMac: virtualMac,
      listedAddresses: [],
      carrier: { ifindex: NO_IFINDEX, name: NAME },
    }));
  }

  get over(): boolean {
    return this.#rounds >= ROUNDS;
  }

  /** One take-over and its end: some milliseconds at first, less and less later. */
  play(): void {
    const nowMs = ++this.#rounds * 1_000_000;
    this.#stepAll((router) => ({ kind: "linkReady", facts: factsOf(router) }), nowMs);
    this.#stepAll((router) => heard(router, router.config.protocol.priority), nowMs);
    this.#stepAll(() => ({ kind: "timer" }), nowMs + 500_000);
    this.#stepAll((router) => heard(router, 255), nowMs + 500_100);
  }

  #stepAll(event: (router: Router) => RouterEvent, nowMs: number): void {
    const batch = new Batch();
    this.#routers.forEach((router, index) => {
      const placement = this.#placements[index];
      if (placement !== undefined) router.place(placement);
      batch.add(router, router.step(event(router), nowMs));
    });
    for (const wish of batch.adverts) this.#sender.sendAdvert(wish, nowMs);
    this.#sender.flush(nowMs);
    this.#backlog.add(batch);
    while (!this.#backlog.empty) this.#backlog.work(nowMs);
  }
}

function imaginaryLink(): LinkInfo {
  return { index: NO_IFINDEX, name: NAME, ethernet: true, adminUp: true, up: true, group: 0 };
}

function factsOf({ virtualMac, config }: Router) {
  return { source: SOURCE[config.protocol.family], mac: virtualMac, owner: false };
}

function heard({ config, virtualMac }: Router, priority: number): RouterEvent {
  const { advertIntervalMs: intervalMs, family } = config.protocol;
  const from = PEER[family];
  return { kind: "advert", advert: { priority, intervalMs, from, fromMac: virtualMac } };
}
