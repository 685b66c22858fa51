import assert from "node:assert/strict";
import { loadRouter, onlyRouter, paths } from "../config/support.ts";

const LINK_LOCAL_FIRST = ["fe80::100", "2001:db8::100"];

interface Row {
  readonly what: string;
  readonly keys: object;
}

const TAKEN: readonly Row[] = [
  { what: "the shortest interval of version 2 [S1 demands]", keys: { timers: { advert: 1 } } },
  { what: "the longest interval of version 2 [S1 demands]", keys: { timers: { advert: 255 } } },
  {
    what: "the shortest interval of version 3 [S1 demands]",
    keys: { version: 3, timers: { advert: 0.01 } },
  },
  {
    what: "the longest interval of version 3 [S1 demands]",
    keys: { version: 3, timers: { advert: 40.95 } },
  },
  { what: "the lowest priority [W8b demands]", keys: { priority: 1 } },
  { what: "the highest priority [W8b demands]", keys: { priority: 254 } },
  {
    what: "a link-local IPv6 address before others [W13a demands] [W13b demands]",
    keys: { version: 3, vip: LINK_LOCAL_FIRST },
  },
];

const REFUSED: readonly Row[] = [
  { what: "no interval at all in version 2 [S1 forbids]", keys: { timers: { advert: 0 } } },
  { what: "a fraction of a second in version 2 [S1 forbids]", keys: { timers: { advert: 1.5 } } },
  { what: "more than 255 s in version 2 [S1 forbids]", keys: { timers: { advert: 256 } } },
  {
    what: "no interval at all in version 3 [S1 forbids]",
    keys: { version: 3, timers: { advert: 0 } },
  },
  {
    what: "half a hundredth of a second in version 3 [S1 forbids]",
    keys: { version: 3, timers: { advert: 0.015 } },
  },
  {
    what: "more than 40.95 s in version 3 [S1 forbids]",
    keys: { version: 3, timers: { advert: 40.96 } },
  },
  { what: "the priority of who leaves [W8b forbids]", keys: { priority: 0 } },
  { what: "the priority of an owner [W8a forbids] [W8b forbids]", keys: { priority: 255 } },
  { what: "a priority that is no number of 8 bits [W8b forbids]", keys: { priority: 256 } },
  {
    what: "an IPv6 address that is not link-local before others [W13a forbids]",
    keys: { version: 3, vip: LINK_LOCAL_FIRST.toReversed() },
  },
  {
    what: "addresses of both families [W13b forbids]",
    keys: { version: 3, vip: [...LINK_LOCAL_FIRST, "10.9.0.100"] },
  },
  { what: "no virtual address [W9 forbids]", keys: { vip: [] } },
  { what: "IPv6 in version 2 [W13b forbids]", keys: { version: 2, vip: LINK_LOCAL_FIRST } },
  {
    what: "a password in version 3 [X2 forbids]",
    keys: { version: 3, auth_type: "rfc2338-simple", auth_secret: "secret12" },
  },
  {
    what: "an authentication header in version 3 [X2 forbids]",
    keys: { version: 3, auth_type: "rfc2338-ah", auth_secret: "secret12" },
  },
];

for (const { what, keys } of TAKEN) {
  Deno.test(`configuring ${what} is right`, () => {
    assert.deepEqual(paths(loadRouter(keys).faults), []);
  });
}

for (const { what, keys } of REFUSED) {
  Deno.test(`configuring ${what} is a fault`, () => {
    assert.notDeepEqual(paths(loadRouter(keys).faults), []);
  });
}

for (const keys of [{ version: 2 }, { version: 3 }, { version: 3, vip: LINK_LOCAL_FIRST }]) {
  Deno.test(`configuring nothing else than ${JSON.stringify(keys)} gives one second and priority 100 [S1 demands] [S2 demands]`, () => {
    const { advertIntervalMs, priority } = onlyRouter(loadRouter(keys)).protocol;
    assert.deepEqual({ advertIntervalMs, priority }, { advertIntervalMs: 1000, priority: 100 });
  });
}

Deno.test("configuring another priority gives that one and no other [S2 forbids]", () => {
  for (const priority of [1, 99, 101, 254]) {
    assert.equal(onlyRouter(loadRouter({ priority })).protocol.priority, priority);
  }
});
