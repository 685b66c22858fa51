import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { formatIp, formatPrefix, ip, ipFromBytes } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import type { Change } from "../../src/drivers/driver.ts";
import { Backlog } from "../../src/runtime/backlog.ts";
import { Batch } from "../../src/runtime/batch.ts";
import { InterfaceTable } from "../../src/runtime/interfaces.ts";
import type { Link } from "../../src/runtime/link.ts";
import { LogLimit } from "../../src/runtime/log_limit.ts";
import type { Router } from "../../src/runtime/router.ts";
import { Sender } from "../../src/runtime/sender.ts";
import type { Report } from "../../src/vrrp/types.ts";
import * as arp from "../../src/wire/arp.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import { valueOf, viewOf } from "../support/bytes.ts";
import { advert } from "../vrrp/fixtures.ts";
import { address, link, NOW_MS, PaperDriver, PaperLog, placement, router } from "./fixtures.ts";

// Opened once for all tests: the leak check would take it for a test's own.
libc();

type Differences = NonNullable<Parameters<typeof router>[0]>;

/** Notes whose address is announced with which MAC instead of sending it. */
class PaperSender extends Sender {
  readonly claims: { readonly address: string; readonly mac: string }[] = [];

  override send(_link: Link, frame: Uint8Array): void {
    const { senderAddress, senderMac } = valueOf(
      arp.parse(valueOf(ethernet.parse(viewOf(frame))).payload),
    );
    this.claims.push({ address: formatIp(senderAddress), mac: formatMac(senderMac) });
  }
}

/** Its interface is up, has 10.9.0.5/24 and does not forward. */
export class Bench {
  readonly driver = new PaperDriver();
  readonly table = new InterfaceTable();
  readonly log = new PaperLog();
  readonly #limit = new LogLimit();
  readonly sender = new PaperSender({ log: this.log, limit: this.#limit });
  readonly backlog = new Backlog({
    drivers: { of: () => this.driver },
    table: this.table,
    sender: this.sender,
    log: this.log,
    limit: this.#limit,
  });

  constructor() {
    const forwarding = { ipv4Settings: { forwarding: 0 } };
    this.table.replace([
      link({ name: NAME, ...forwarding }),
      link({ index: 9, name: "standby7", ...forwarding }),
    ], [address("10.9.0.5/24")]);
  }

  add(fill: (batch: Batch) => void): void {
    const batch = new Batch();
    fill(batch);
    this.backlog.add(batch);
  }

  report(one: Router, ...reports: readonly Report[]): void {
    this.add((batch) =>
      batch.add(one, reports.map((report) => ({ do: "report", report }) as const))
    );
  }

  /** All of it; gives the reasons of what failed. */
  finish(): string[] {
    const failures: string[] = [];
    for (let turn = 0; !this.backlog.empty; turn++) {
      assert.ok(turn < 10_000, "the backlog has no end");
      failures.push(...this.backlog.work(NOW_MS).map(({ reason }) => reason));
    }
    return failures;
  }

  get changes(): string[] {
    return this.driver.applied.flat().map(changeText);
  }

  get announced(): string[] {
    return this.sender.claims.map(({ address }) => address);
  }
}

/** No machine has an interface of this name, so that what the table says of it counts. */
const NAME = "paper0";

export function changeText(change: Change): string {
  switch (change.change) {
    case "addAddress":
      return `add ${formatPrefix(change.prefix)} to ${change.ifindex}`;
    case "removeAddress":
      return `remove ${formatPrefix(change.prefix)} from ${change.ifindex}`;
    case "setMac":
      return `MAC ${formatMac(change.mac)}`;
    case "setIpv4":
      return `forwarding ${change.settings.forwarding} of ${change.ifindex}`;
    default:
      return change.change;
  }
}

/** Placed on eth0 with the interface's own MAC, unless told otherwise. */
export function backup(
  differences: Differences = {},
  carrier = { ifindex: 3, name: NAME },
): Router {
  const one = router({ virtualMac: false, ...differences });
  const place = placement({ carrier });
  one.place({ ...place, link: Object.assign(place.link, { name: NAME }) });
  const facts = { source: ip("10.9.0.5"), mac: placement().ownMac, owner: false };
  one.step({ kind: "linkReady", facts }, NOW_MS);
  return one;
}

/** Makes it Master, and hands over all that this takes. */
export function takeOver(bench: Bench, ...routers: readonly Router[]): void {
  bench.add((batch) => {
    for (const one of routers) batch.add(one, one.step({ kind: "timer" }, one.deadlineMs));
  });
}

/** Makes a Master Backup, and hands over all that this takes. */
export function giveWay(bench: Bench, one: Router): void {
  bench.add((batch) => batch.add(one, one.step(advert({ priority: 200 }), NOW_MS + 4000)));
}

export const TWICE = { repeat: 2, delayMs: 0, refreshMs: 0 };

/** Virtual routers of one address each, 10.9.1.0 and up; at most 255. */
export function many(count: number, { repeat } = { repeat: 2 }): Router[] {
  return Array.from({ length: count }, (_, n) =>
    backup({
      protocol: {
        vrid: n + 1,
        addresses: [ipFromBytes(Uint8Array.of(10, 9, 1, n))],
        announcements: { ...TWICE, repeat },
      },
    }));
}
