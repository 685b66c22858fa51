import assert from "node:assert/strict";
import { Capture, type CapturedFrame } from "../support/capture.ts";
import { HIGH, LOW, LOW_MASTER_DOWN_MS, type Pair, PAIRS, startPair } from "../support/pairs.ts";
import * as frame from "../../src/wire/frame.ts";
import { adverts } from "../support/traffic.ts";
import { ADDRESS, World } from "../support/world.ts";

const ROUTER = { vrid: 1, addresses: ["10.9.0.100/24"], password: "secret12", authHeader: true };
const FILTER = { filter: "ip proto 51" };

function spec(priority: number, differences: object = {}) {
  return [{ ...ROUTER, priority, ...differences }];
}

function names({ first, second }: Pair): string {
  return `${first.name} and ${second.name}`;
}

/** The numbers of all authentication headers, in the order of the wire. */
function numbers(frames: readonly CapturedFrame[]): number[] {
  return frames.flatMap(({ frame: view }) => {
    const parsed = frame.parse(view);
    return parsed.ok && parsed.value.ah !== undefined ? [parsed.value.ah.header.sequence] : [];
  });
}

for (const pair of PAIRS) {
  Deno.test(`${names(pair)} hand over with an authentication header, and count on from each other`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world, FILTER);
    const running = await startPair(world, pair, { first: spec(HIGH), second: spec(LOW) });
    await running.first.stop();
    await running.second.waitFor("Master");
    const since = running.second.process.mark();
    // The one that comes back hears the number that the other is at, and preempts with the next.
    const back = await pair.first.start({ world, machine: "r1", routers: spec(HIGH) });
    await back.waitFor("Master");
    await running.second.waitFor("Backup", { since });
    const frames = await capture.stop();
    const seen = adverts(frames);
    assert.deepEqual(new Set(seen.map(({ authType }) => authType)), new Set([2]));
    const farewell = seen.find(({ priority }) => priority === 0)?.tMs ?? NaN;
    const takeOver = seen.find(({ source }) => source === ADDRESS.r2)?.tMs ?? NaN;
    // Only a Backup that accepts the farewell is there before Master-Down has run out.
    assert.ok(takeOver > farewell && takeOver - farewell < LOW_MASTER_DOWN_MS);
    const counted = numbers(frames);
    const ordered = counted.toSorted((a, b) => a - b);
    assert.deepEqual(counted, ordered, "numbers only grow");
    assert.ok(new Set(counted).size >= counted.length - 1, `${counted}`);
  });
}

for (const pair of PAIRS.slice(0, 2)) {
  Deno.test(`${names(pair)} hand over with an authentication header in unicast`, async () => {
    await using world = await World.create();
    const unicast = { source: ADDRESS.r1, peers: [ADDRESS.r2] };
    const back = { source: ADDRESS.r2, peers: [ADDRESS.r1] };
    const running = await startPair(world, pair, {
      first: spec(HIGH, { unicast }),
      second: spec(LOW, { unicast: back }),
    });
    const capture = await Capture.start(world, FILTER);
    await running.first.stop();
    await running.second.waitFor("Master");
    const seen = adverts(await capture.stop());
    const farewell = seen.find(({ priority }) => priority === 0)?.tMs ?? NaN;
    const takeOver = seen.find(({ source }) => source === ADDRESS.r2)?.tMs ?? NaN;
    assert.ok(takeOver > farewell && takeOver - farewell < LOW_MASTER_DOWN_MS);
    assert.deepEqual(
      new Set(seen.map(({ destination }) => destination)),
      new Set([ADDRESS.r2, ADDRESS.r1]),
    );
  });
}

const DIFFERENT = [
  { row: "other secrets", second: { password: "secret13" } },
  { row: "a header on one side only", second: { authHeader: false } },
];

for (const [index, pair] of PAIRS.slice(0, 2).entries()) {
  Deno.test(`${names(pair)}: the Backup takes over from a Master that was killed`, async () => {
    await using world = await World.create();
    const running = await startPair(world, pair, { first: spec(HIGH), second: spec(LOW) });
    await running.first.kill();
    await running.second.waitFor("Master");
  });

  for (const { row, second } of DIFFERENT.slice(index, index + 1)) {
    Deno.test(`${names(pair)} are both Master with ${row}`, async () => {
      await using world = await World.create();
      const running = await startPair(world, pair, {
        first: spec(HIGH),
        second: spec(LOW, second),
      });
      await running.second.waitFor("Master");
      const ours = pair.first.name === "rvrrpd" ? running.first : running.second;
      await ours.process.waitForLine(/another secret|authentication (header|type)/);
      assert.doesNotMatch(running.first.process.text + running.second.process.text, /secret1[23]/);
    });
  }
}
