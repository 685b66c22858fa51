import assert from "node:assert/strict";
import { formatIp, ip } from "../../src/base/ip.ts";
import { Replay } from "../../src/vrrp/replay.ts";
import type { ReplayMemory } from "../../src/vrrp/replay_memory.ts";
import { EARLIEST, type Instant } from "../../src/vrrp/stamp_clock.ts";
import type { ReplayRules } from "../../src/vrrp/types.ts";
import {
  formatSequence,
  isAfter,
  msAhead,
  type Sequence,
  sequenceAt,
  shifted,
  successor,
} from "../../src/wire/sequence.ts";

const TIME: ReplayRules = { antiReplay: "time", windowS: 5 };
const MONOTONIC: ReplayRules = { antiReplay: "monotonic", windowS: 5 };
/** November 2026. */
const START_MS = 1_795_000_000_250;
const PEER = ip("10.9.0.9");
const BOOT = "a boot";

/** A machine with a clock, which may be set, and a disk. */
class Machine {
  wallMs = START_MS;
  steadyMs = 1000;
  bootId = BOOT;
  disk: ReplayMemory | undefined;
  replay: Replay;

  constructor(readonly rules: ReplayRules = TIME, memory?: ReplayMemory | "lost") {
    this.replay = new Replay(rules, { memory, bootId: BOOT, instant: this.instant });
  }

  get instant(): Instant {
    return { wallMs: this.wallMs, steadyMs: this.steadyMs };
  }

  get now(): Sequence {
    return sequenceAt(this.wallMs);
  }

  wait(ms: number): this {
    this.wallMs += ms;
    this.steadyMs += ms;
    return this;
  }

  /** Somebody sets the clock. */
  set(aheadMs: number): this {
    this.wallMs += aheadMs;
    return this;
  }

  next(): Sequence {
    return this.replay.next(this.instant);
  }

  /** What becomes of an advertisement with this number. */
  verdict(sequence: Sequence, from = PEER): string {
    const result = this.replay.accept(from, sequence, this.instant);
    return result.ok ? "accepted" : result.error.reason;
  }

  save(ending = false): void {
    this.disk = this.replay.memory({ bootId: this.bootId, instant: this.instant, ending });
    this.replay.settle(true);
  }

  /** The process begins again with what is on the disk. */
  restart(bootId = this.bootId): void {
    this.bootId = bootId;
    if (bootId !== BOOT) this.steadyMs = 0;
    const memory = this.disk;
    this.replay = new Replay(this.rules, { memory, bootId, instant: this.instant });
  }
}

Deno.test("next() gives the time, with counter 0 as keepalived does", () => {
  const machine = new Machine();
  assert.deepEqual(machine.next(), sequenceAt(START_MS));
  assert.deepEqual(machine.wait(1000).next(), sequenceAt(START_MS + 1000));
});

Deno.test("next() gives the one after the last within the same moment", () => {
  const machine = new Machine();
  const first = machine.next();
  assert.deepEqual(machine.next(), successor(first));
});

for (const rules of [TIME, MONOTONIC]) {
  Deno.test(`next() goes on when the clock is set back by less than the window (${rules.antiReplay})`, () => {
    const machine = new Machine(rules);
    const first = machine.next();
    assert.deepEqual(machine.wait(1000).set(-3000).next(), successor(first));
    assert.deepEqual(machine.wait(5000).next(), machine.now);
  });

  Deno.test(`next() never gives a number twice, whatever happens to the clock (${rules.antiReplay})`, () => {
    const machine = new Machine(rules);
    let last = machine.next();
    for (const aheadMs of [-1, 0, -4000, -7_200_000, 3_600_000, -3_000_000, 86_400_000, -1e12]) {
      const next = machine.wait(300).set(aheadMs).next();
      assert.ok(isAfter(next, last), `${formatSequence(next)} after ${formatSequence(last)}`);
      last = next;
    }
  });

  Deno.test(`next() goes on after a stop and a clock that was set back meanwhile (${rules.antiReplay})`, () => {
    const machine = new Machine(rules);
    const last = machine.next();
    machine.save(true);
    machine.wait(500).set(-3000).restart();
    assert.ok(isAfter(machine.next(), last));
  });

  Deno.test(`next() goes on after a crash and a clock that was set back meanwhile (${rules.antiReplay})`, () => {
    const machine = new Machine(rules);
    machine.save();
    const last = machine.wait(20_000).next();
    machine.set(-60_000).restart();
    assert.ok(isAfter(machine.next(), last));
  });

  Deno.test(`next() goes on where a machine wakes up in 1970 (${rules.antiReplay})`, () => {
    const machine = new Machine(rules);
    machine.save();
    const last = machine.wait(20_000).next();
    machine.wallMs = 5000;
    machine.restart("another boot");
    const next = machine.next();
    assert.ok(isAfter(next, last));
    assert.equal(machine.replay.isCredible(machine.instant), false);
    // Time goes on, and with it the numbers.
    assert.ok(msAhead(machine.wait(10_000).next(), next) >= 10_000);
  });
}

Deno.test("next() is the time after a crash on the same boot", () => {
  const machine = new Machine();
  machine.save();
  machine.wait(20_000).next();
  machine.wait(1000).restart();
  assert.ok(msAhead(machine.next(), machine.now) < 1);
});

Deno.test("next() is accepted after a crash of one that has an address", () => {
  const machine = new Machine();
  machine.replay.sendFrom(ip("10.9.0.5"));
  machine.save();
  machine.wait(10_000).next();
  machine.wait(1000).restart();
  machine.replay.sendFrom(ip("10.9.0.5"));
  assert.equal(machine.replay.isCredible(machine.instant), true);
  assert.equal(new Machine().wait(11_000).verdict(machine.next()), "accepted");
});

Deno.test("next() is never so far ahead of a right clock that others would refuse it", () => {
  const machine = new Machine();
  machine.save();
  machine.wait(5000).next();
  machine.wait(3000).restart("another boot");
  const next = machine.next();
  assert.ok(msAhead(next, machine.now) < 2001);
  assert.equal(new Machine().wait(8000).verdict(next), "accepted");
});

for (const setBackMs of [1000, 4000, 12_000]) {
  Deno.test(`next() is accepted soon after a crash and a clock that is set back by ${setBackMs} ms`, () => {
    const peer = new Machine();
    const machine = new Machine();
    machine.save();
    assert.equal(peer.wait(9000).verdict(machine.wait(9000).next()), "accepted");
    machine.wait(1000).set(-setBackMs).restart();
    peer.wait(1000).set(-setBackMs);
    const first = machine.next();
    assert.ok(msAhead(first, machine.now) < 2001);
    assert.equal(peer.verdict(first), setBackMs <= 2000 ? "accepted" : "authReplay");
    const later = machine.wait(setBackMs).next();
    assert.equal(peer.wait(setBackMs).verdict(later), "accepted");
  });
}

/** `fast` has run with a clock that was ahead of the time, and is set right after that. */
function afterFastClock(aheadMs: number): { fast: Machine; peer: Machine } {
  const [fast, peer] = [new Machine().set(aheadMs), new Machine()];
  fast.restart();
  assert.equal(peer.wait(1000).verdict(fast.wait(1000).next()), "authStale");
  fast.save();
  fast.wait(1000).set(-aheadMs);
  peer.wait(1000);
  return { fast, peer };
}

for (const aheadMs of [8000, 10_000, 7_200_000, 366 * 86_400_000]) {
  Deno.test(`next() is accepted again after a clock that was ${aheadMs} ms fast, when a peer is heard`, () => {
    const { fast, peer } = afterFastClock(aheadMs);
    assert.equal(fast.verdict(peer.next()), "accepted");
    assert.equal(fast.replay.isCredible(fast.instant), true);
    assert.equal(peer.verdict(fast.next()), "accepted");
    assert.equal(
      fast.replay.needsReserve(fast.instant),
      true,
      "what is on the disk is too far ahead",
    );
    assert.equal(peer.wait(1000).verdict(fast.wait(1000).next()), "accepted");
  });
}

Deno.test("next() is accepted again after a clock that was fast, when it has caught up", () => {
  const { fast, peer } = afterFastClock(10_000);
  for (let waitedMs = 0; waitedMs <= 10_000; waitedMs += 1000) {
    fast.wait(1000).next();
    peer.wait(1000);
  }
  assert.equal(peer.verdict(fast.next()), "accepted");
});

Deno.test("next() is accepted again also after a restart between a clock's being fast and right", () => {
  const { fast, peer } = afterFastClock(3_600_000);
  fast.restart();
  assert.equal(fast.replay.isCredible(fast.instant), false);
  fast.verdict(peer.next());
  assert.equal(peer.verdict(fast.next()), "accepted");
});

Deno.test("attack: an advertisement of the time that a fast clock is set back to", () => {
  const { fast, peer } = afterFastClock(10_000);
  const before = peer.next();
  fast.verdict(before);
  const sent = fast.wait(1000).next();
  assert.equal(fast.verdict(before), "authReplay");
  assert.equal(peer.wait(1000).verdict(sent), "accepted");
  assert.equal(peer.verdict(sent), "authReplay");
});

Deno.test("next() goes by the others' time where a clock is wrongly set back", () => {
  const [machine, peer] = [new Machine(), new Machine()];
  peer.verdict(machine.next());
  machine.wait(1000).set(-3_600_000);
  assert.equal(machine.verdict(peer.wait(1000).next()), "accepted");
  for (let count = 0; count < 30; count++) {
    assert.equal(peer.wait(1000).verdict(machine.wait(1000).next()), "accepted");
  }
});

Deno.test("next() and accept() go on where the clocks of all are set back at once", () => {
  const [machine, peer] = [new Machine(), new Machine()];
  const clocks = [machine, peer];
  peer.verdict(machine.next());
  for (const one of clocks) one.set(-60_000);
  for (let count = 0; count < 90; count++) {
    for (const one of clocks) one.wait(1000);
    assert.equal(peer.verdict(machine.next()), "accepted", `after ${count} s`);
  }
  assert.deepEqual(clocks.map((one) => one.replay.isCredible(one.instant)), [true, true]);
});

Deno.test("next() begins at the earliest time possible where there is neither clock nor disk", () => {
  const machine = new Machine();
  machine.wallMs = 5000;
  machine.replay = new Replay(TIME, { bootId: BOOT, instant: machine.instant });
  assert.deepEqual(machine.next(), EARLIEST);
});

Deno.test("a machine that wakes up in 1970 is not believed after 2038 either", () => {
  const machine = new Machine();
  machine.wallMs = Date.UTC(2039, 0, 20);
  machine.replay = new Replay(TIME, { bootId: BOOT, instant: machine.instant });
  const last = machine.next();
  machine.save(true);
  machine.wallMs = 5000;
  machine.restart("another boot");
  assert.equal(machine.replay.isCredible(machine.instant), false);
  assert.ok(isAfter(machine.next(), last));
});

Deno.test("next() gives the time in 2038, also at the first start", () => {
  const machine = new Machine(MONOTONIC);
  machine.wallMs = Date.UTC(2038, 0, 20);
  machine.replay = new Replay(MONOTONIC, { bootId: BOOT, instant: machine.instant });
  assert.equal(formatSequence(machine.next()), "8001240000000000");
});

Deno.test("accept() takes each number of a sender once, and none below it", () => {
  const machine = new Machine();
  const first = machine.now;
  assert.equal(machine.verdict(first), "accepted");
  assert.equal(machine.verdict(first), "authReplay");
  assert.equal(machine.verdict(successor(first)), "accepted");
  assert.equal(machine.verdict(first), "authReplay");
  assert.equal(machine.verdict(first, ip("10.9.0.8")), "accepted");
});

/** keepalived's verdicts with a window of 5 s, by whole seconds. */
const AGES = [
  { what: "5 s behind", ms: -5000, time: "accepted" },
  { what: "6 s behind", ms: -6000, time: "authStale" },
  { what: "5 s ahead", ms: 5000, time: "accepted" },
  { what: "6 s ahead", ms: 6000, time: "authStale" },
  { what: "30 days behind", ms: -30 * 86_400_000, time: "authStale" },
];

for (const { what, ms, time } of AGES) {
  Deno.test(`accept() judges what is ${what} of a sender that is new`, () => {
    const sequence = shifted(sequenceAt(START_MS), ms);
    assert.equal(new Machine(TIME).verdict(sequence), time);
    assert.equal(new Machine(MONOTONIC).verdict(sequence), "accepted");
  });
}

const SERIAL = [
  { sequence: "7000000000000000", verdict: "accepted" },
  { sequence: "f000000000000000", verdict: "authReplay" },
  { sequence: "efffffffffffffff", verdict: "accepted" },
  { sequence: "ffffffffffffffff", verdict: "accepted" },
  { sequence: "0000000000000000", verdict: "accepted" },
  { sequence: "ffffffffffffffff", verdict: "authReplay" },
];

Deno.test("accept() compares as serial numbers in monotonic mode, as keepalived does", () => {
  const machine = new Machine(MONOTONIC);
  for (const { sequence, verdict } of SERIAL) {
    const seconds = Number.parseInt(sequence.slice(0, 8), 16);
    const ticks = Number.parseInt(sequence.slice(8), 16);
    assert.equal(machine.verdict({ seconds, ticks }), verdict, sequence);
  }
});

Deno.test("accept() judges by the rules of a reload, and knows what it knew", () => {
  const machine = new Machine(MONOTONIC);
  const first = machine.now;
  machine.verdict(first);
  machine.replay.adopt(TIME);
  assert.equal(machine.verdict(first), "authReplay");
  assert.equal(machine.verdict(shifted(first, -60_000), ip("10.9.0.8")), "authStale");
});

/* The attacks on keepalived's implementation that are told of it, played against this one. */

for (const rules of [TIME, MONOTONIC]) {
  Deno.test(`attack: what was accepted before a stop is sent again after the start (${rules.antiReplay})`, () => {
    const machine = new Machine(rules);
    const taken = machine.now;
    assert.equal(machine.verdict(taken), "accepted");
    machine.save(true);
    machine.wait(1500).restart();
    assert.equal(machine.verdict(taken), "authReplay");
    assert.equal(machine.verdict(machine.wait(1000).now), "accepted");
  });

  Deno.test(`attack: many senders, to make room for the old advertisements of one (${rules.antiReplay})`, () => {
    const machine = new Machine(rules);
    const taken = machine.now;
    const senders = Array.from({ length: 200 }, (_, index) => ip(`10.9.1.${index + 1}`));
    assert.equal(machine.verdict(taken), "accepted");
    for (const sender of senders) machine.verdict(taken, sender);
    assert.equal(machine.verdict(taken), "authReplay");
    for (const sender of senders) assert.notEqual(machine.verdict(taken, sender), "accepted");
  });
}

Deno.test("attack: what was sent while nobody listened is sent again after the start", () => {
  const machine = new Machine();
  machine.verdict(machine.now);
  machine.save(true);
  const missed = machine.wait(2000).now;
  machine.wait(1000).restart();
  assert.equal(machine.verdict(missed), "authReplay");
  assert.equal(machine.verdict(machine.wait(10).now), "accepted");
});

Deno.test("attack: the same after a crash that lost what was accepted last", () => {
  const machine = new Machine();
  machine.verdict(machine.now);
  machine.save();
  const taken = machine.wait(2000).now;
  machine.verdict(taken);
  machine.wait(500).restart();
  assert.equal(machine.verdict(taken), "authReplay");
});

Deno.test("accept() goes on with a sender whose clock is behind, right after a start", () => {
  const machine = new Machine();
  machine.verdict(shifted(machine.now, -4000));
  machine.save(true);
  machine.wait(3000).restart();
  assert.equal(machine.verdict(shifted(machine.wait(100).now, -4000)), "accepted");
});

Deno.test("accept() goes on with a sender that our clock was behind, when it has been set right", () => {
  const machine = new Machine();
  machine.verdict(shifted(machine.now, 4000));
  machine.save(true);
  machine.wait(1000).set(4000).restart("another boot");
  assert.equal(machine.verdict(machine.wait(100).now), "accepted");
});

Deno.test("attack: what a sender ahead of us sent while nobody listened, by a clock that stands", () => {
  const machine = new Machine();
  machine.verdict(shifted(machine.now, 4000));
  machine.save(true);
  const missed = shifted(machine.wait(1000).now, 4000);
  machine.wait(500).restart();
  assert.equal(machine.verdict(missed), "authReplay");
  assert.equal(machine.verdict(shifted(machine.wait(100).now, 4000)), "accepted");
});

Deno.test("accept() has room for each peer, whoever was heard before", () => {
  const peers = Array.from({ length: 200 }, (_, index) => ip(`10.9.1.${index + 1}`));
  const machine = new Machine(MONOTONIC);
  for (const former of peers) {
    machine.verdict(machine.now, ip(formatIp(former).replace(".1.", ".2.")));
  }
  machine.replay.adopt({ ...MONOTONIC, peers });
  for (const peer of peers) assert.equal(machine.verdict(machine.now, peer), "accepted");
  for (const peer of peers) assert.equal(machine.verdict(machine.now, peer), "authReplay");
});

Deno.test("accept() says what to do where too many have held the key", () => {
  const machine = new Machine(MONOTONIC);
  for (let last = 1; last <= 64; last++) machine.verdict(machine.now, ip(`10.9.1.${last}`));
  const refused = machine.replay.accept(PEER, machine.now, machine.instant);
  assert.match(refused.ok ? "" : refused.error.detail, /^64 other senders .*replay_dir$/);
});

Deno.test("accept() takes nothing from before the start where what it knew is lost", () => {
  const before = sequenceAt(START_MS - 2000);
  assert.equal(new Machine(TIME).verdict(before), "accepted");
  const machine = new Machine(TIME, "lost");
  assert.equal(machine.verdict(before), "authReplay");
  assert.equal(machine.verdict(machine.wait(100).now), "accepted");
});

Deno.test("attack: our own old advertisements, from an address that was ours", () => {
  const machine = new Machine(MONOTONIC);
  machine.replay.sendFrom(ip("10.9.0.5"));
  const sent = machine.next();
  machine.replay.sendFrom(ip("10.9.0.6"));
  machine.wait(1000).next();
  assert.equal(machine.verdict(sent, ip("10.9.0.5")), "authReplay");
  machine.save(true);
  machine.restart();
  machine.replay.sendFrom(ip("10.9.0.7"));
  assert.equal(machine.verdict(sent, ip("10.9.0.5")), "authReplay");
  assert.equal(machine.verdict(sent, ip("10.9.0.6")), "authReplay");
});

Deno.test("attack: a clock is set back to when an advertisement was new", () => {
  const machine = new Machine();
  const taken = machine.now;
  machine.verdict(taken);
  machine.verdict(machine.wait(3_600_000).now);
  machine.set(-3_600_000);
  assert.equal(machine.verdict(taken), "authReplay");
});

Deno.test("accept() goes by the numbers alone where the clock is wrong, so that a Master is heard", () => {
  const peer = new Machine();
  const machine = new Machine();
  machine.verdict(peer.next());
  machine.save(true);
  machine.wallMs = 5000;
  machine.restart("another boot");
  const first = peer.wait(60_000).next();
  assert.equal(machine.verdict(first), "accepted");
  assert.equal(machine.verdict(first), "authReplay");
  // Whom it has heard tells it the time, so that the others accept what it sends.
  const ours = machine.wait(1000).next();
  assert.ok(Math.abs(msAhead(ours, peer.wait(1000).now)) < 1);
  assert.equal(peer.verdict(ours), "accepted");
});

Deno.test("a clock is credible again when it has been set right", () => {
  const machine = new Machine();
  machine.next();
  machine.save(true);
  machine.wallMs = 5000;
  machine.restart("another boot");
  assert.equal(machine.replay.isCredible(machine.instant), false);
  machine.wallMs = START_MS + 60_000;
  assert.equal(machine.replay.isCredible(machine.instant), true);
  assert.deepEqual(machine.next(), machine.now);
});

Deno.test("needsReserve() asks in time, and memory() gives a minute", () => {
  const machine = new Machine();
  assert.equal(machine.replay.needsReserve(machine.instant), true);
  machine.save();
  const { last, reserved } = machine.disk ?? {};
  assert.ok(last !== undefined && reserved !== undefined);
  assert.equal(Math.round(msAhead(reserved, last)), 60_000);
  assert.equal(machine.replay.needsReserve(machine.wait(20_000).instant), false);
  assert.equal(machine.replay.needsReserve(machine.wait(15_000).instant), true);
});

Deno.test("settle() has numbers reserved, and what was accepted safe, only when they were saved", () => {
  const machine = new Machine();
  const write = () => {
    machine.replay.memory({ bootId: BOOT, instant: machine.instant, ending: false });
  };
  write();
  machine.replay.settle(false);
  assert.equal(machine.replay.needsReserve(machine.instant), true);
  assert.equal(machine.replay.changed, true);
  write();
  machine.replay.settle(true);
  assert.equal(machine.replay.needsReserve(machine.instant), false);
  assert.equal(machine.replay.changed, false);
});
