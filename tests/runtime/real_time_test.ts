import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { RealTime } from "../../src/runtime/real_time.ts";
import type { Log } from "../../src/log.ts";
import { routerConfig } from "./fixtures.ts";

const EPERM = 1;

class Bench {
  /** Arranged by somebody else. */
  given = false;
  ours = false;
  refuses = false;
  /** What this thread starts is ordinary. */
  kept = false;
  readonly said: string[] = [];
  readonly realTime: RealTime;

  constructor() {
    const log: Log = {
      busy: false,
      information: () => {},
      warning: (text) => this.said.push(text),
      error: () => {},
      debug: () => {},
    };
    const scheduling = {
      runsInRealTime: () => this.given || this.ours,
      enterRealTime: () => {
        if (this.refuses) throw new SyscallError("ask for real-time scheduling", EPERM);
        this.ours = true;
      },
      keepRealTime: () => {
        if (this.refuses) throw new SyscallError("change how this thread is scheduled", EPERM);
        this.kept = true;
      },
      leaveRealTime: () => {
        if (this.refuses) throw new SyscallError("leave real-time scheduling", EPERM);
        this.ours = false;
        this.given = false;
      },
    };
    this.realTime = new RealTime({ log, scheduling });
  }

  follow(...intervalsMs: readonly number[]): void {
    this.realTime.follow(
      intervalsMs.map((advertIntervalMs) => routerConfig({ protocol: { advertIntervalMs } })),
    );
  }
}

Deno.test("RealTime is asked for by the shortest interval alone", () => {
  for (
    const [intervalsMs, ours] of [[[1000], false], [[100], false], [[1000, 90], true]] as const
  ) {
    const bench = new Bench();
    bench.follow(...intervalsMs);
    assert.equal(bench.ours, ours, intervalsMs.join());
  }
});

Deno.test("RealTime ends with the last short interval, and begins again with the next", () => {
  const bench = new Bench();
  bench.follow(10);
  bench.follow(1000);
  assert.equal(bench.ours, false);
  bench.follow(10);
  assert.equal(bench.ours, true);
});

Deno.test("RealTime that others have arranged is left alone", () => {
  const bench = new Bench();
  bench.given = true;
  bench.follow(10);
  bench.follow();
  assert.deepEqual([bench.given, bench.ours], [true, false]);
});

Deno.test("RealTime that others have arranged is not handed on, whatever the intervals", () => {
  for (const intervalMs of [10, 1000]) {
    const bench = new Bench();
    bench.given = true;
    bench.follow(intervalMs);
    assert.equal(bench.kept, true, `${intervalMs} ms`);
  }
});

Deno.test("RealTime is needed for as long as an interval is short, granted or not", () => {
  for (const refuses of [false, true]) {
    const bench = new Bench();
    bench.follow(99);
    bench.refuses = refuses;
    assert.equal(bench.realTime.isNeeded, true);
    bench.follow(100);
    assert.equal(bench.realTime.isNeeded, false);
  }
});

Deno.test("RealTime whose end is refused goes on, and says so", () => {
  const bench = new Bench();
  bench.follow(10);
  bench.refuses = true;
  bench.follow(1000);
  assert.equal(bench.said.length, 1);
  assert.match(bench.said[0] ?? "", /^Cannot leave real-time scheduling.*: goes on in real time/);
  bench.refuses = false;
  bench.follow(1000);
  assert.deepEqual([bench.ours, bench.said.length], [false, 1]);
});

Deno.test("RealTime that is refused is told of once, with what mends it", () => {
  const bench = new Bench();
  bench.refuses = true;
  bench.follow(10);
  bench.follow(20);
  assert.equal(bench.said.length, 1);
  assert.match(bench.said[0] ?? "", /^Cannot ask for real-time .*LimitRTPRIO=1 or CAP_SYS_NICE$/);
});
