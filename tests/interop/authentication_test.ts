import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import type { DaemonKind } from "../support/daemon.ts";
import { HIGH, LOW, LOW_MASTER_DOWN_MS, PAIRS, startPair } from "../support/pairs.ts";
import { adverts, type SeenAdvert } from "../support/traffic.ts";
import { ADDRESS, World } from "../support/world.ts";

const ROUTER = { vrid: 1, addresses: ["10.9.0.100/24"] };

/** Equal on the wire: a password is cut or filled with zeros to 8 bytes. */
const SAME = [
  { first: "secret12", second: "secret12", row: "the same password of 8 bytes" },
  { first: "abc", second: "abc", row: "the same short password" },
  { first: "secret12", second: "secret12345", row: "passwords equal in their first 8 bytes" },
];

const DIFFERENT = [
  { first: "secret12", second: "secret13", row: "different passwords" },
  { first: "secret12", second: undefined, row: "a password on one side only" },
];

for (const pair of PAIRS.slice(0, 2)) {
  const names = `${pair.first.name} and ${pair.second.name}`;

  for (const { first, second, row } of SAME) {
    Deno.test(`${names} hear each other with ${row}`, async () => {
      await using world = await World.create();
      const capture = await Capture.start(world);
      const running = await startPair(world, pair, {
        first: [{ ...ROUTER, priority: HIGH, password: first }],
        second: [{ ...ROUTER, priority: LOW, password: second }],
      });
      await running.first.stop();
      await running.second.waitFor("Master");
      await capture.waitFor((frames) => takeOverMs(adverts(frames)) !== undefined, {
        what: "the Backup's first advertisement after the farewell",
      });
      const seen = adverts(await capture.stop());
      // Only a Backup that accepts the farewell is there before Master-Down has run out.
      const waitedMs = takeOverMs(seen) ?? Infinity;
      assert.ok(waitedMs < LOW_MASTER_DOWN_MS, `${waitedMs} ms after the farewell`);
      assert.deepEqual(new Set(seen.map(({ authType }) => authType)), new Set([1]));
    });
  }

  for (const { first, second, row } of DIFFERENT) {
    Deno.test(`${names} are both Master and complain with ${row}`, async () => {
      await using world = await World.create();
      const running = await startPair(world, pair, {
        first: [{ ...ROUTER, priority: HIGH, password: first }],
        second: [{
          ...ROUTER,
          priority: LOW,
          ...(second === undefined ? {} : { password: second }),
        }],
      });
      await running.second.waitFor("Master");
      await running.first.process.waitForLine(complaint(pair.first));
      await running.second.process.waitForLine(complaint(pair.second));
      const said = running.first.process.text + running.second.process.text;
      assert.equal(/secret1[23]/.test(said), false, "a password was logged");
    });
  }
}

/** How long after the Master's farewell the other one spoke; `undefined` while it has not. */
function takeOverMs(seen: readonly SeenAdvert[]): number | undefined {
  const farewell = seen.findIndex(({ priority }) => priority === 0);
  const first = seen.find(({ source }, index) => index > farewell && source === ADDRESS.r2);
  const saidMs = seen[farewell]?.tMs;
  return first === undefined || saidMs === undefined ? undefined : first.tMs - saidMs;
}

function complaint({ name }: DaemonKind): RegExp {
  return name === "keepalived"
    ? /invalid passwd|received a \d+ auth, expecting/
    : /authentication|password/i;
}
