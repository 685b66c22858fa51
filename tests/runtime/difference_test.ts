import assert from "node:assert/strict";
import type { VirtualRouterConfig } from "../../src/config/types.ts";
import { difference, isUnchanged } from "../../src/runtime/difference.ts";
import { addresses, NOW_MS, router, routerConfig } from "./fixtures.ts";

const STEADY = router({ protocol: { vrid: 7 } });

const ROWS: readonly {
  readonly what: string;
  readonly config: VirtualRouterConfig;
  readonly goesOn: boolean;
}[] = [
  { what: "the same", config: routerConfig({ protocol: { vrid: 7 } }), goesOn: true },
  {
    what: "another priority",
    config: routerConfig({ protocol: { vrid: 7, priority: 42 } }),
    goesOn: true,
  },
  {
    what: "another interval",
    config: routerConfig({ protocol: { vrid: 7, advertIntervalMs: 3000 } }),
    goesOn: true,
  },
  {
    what: "padded frames",
    config: routerConfig({ protocol: { vrid: 7 }, padFrames: true }),
    goesOn: true,
  },
  {
    what: "other tracking",
    config: routerConfig({
      protocol: { vrid: 7 },
      tracking: {
        interfaces: [{ name: "eth1", weight: 0 }],
        routes: [],
        files: [],
        scripts: [],
      },
    }),
    goesOn: true,
  },
  {
    what: "other addresses",
    config: routerConfig({ protocol: { vrid: 7, addresses: addresses("10.9.0.77") } }),
    goesOn: false,
  },
  {
    what: "a macvlan",
    config: routerConfig({ protocol: { vrid: 7 }, interfaceType: "macvlan" }),
    goesOn: false,
  },
  {
    what: "no virtual MAC",
    config: routerConfig({ protocol: { vrid: 7 }, virtualMac: false }),
    goesOn: false,
  },
  {
    what: "another driver",
    config: routerConfig({ protocol: { vrid: 7 }, driver: "libnl" }),
    goesOn: false,
  },
  {
    what: "another interface",
    config: routerConfig({ protocol: { vrid: 7 }, interface: "eth1" }),
    goesOn: false,
  },
  { what: "another group", config: routerConfig({ protocol: { vrid: 8 } }), goesOn: false },
];

for (const { what, config, goesOn } of ROWS) {
  Deno.test(`difference() lets a virtual router ${goesOn ? "go on" : "end"} for ${what}`, () => {
    const { planned, gone } = difference([STEADY], [config]);
    assert.deepEqual(planned.map((one) => one.router), [goesOn ? STEADY : undefined]);
    assert.deepEqual(gone, goesOn ? [] : [STEADY]);
  });
}

Deno.test("difference() keeps the new order", () => {
  const [one, two] = [router({ protocol: { vrid: 1 } }), router({ protocol: { vrid: 2 } })];
  const configs = [9, 2, 1].map((vrid) => routerConfig({ protocol: { vrid } }));
  const { planned, gone } = difference([one, two], configs);
  assert.deepEqual(planned.map((each) => each.router), [undefined, two, one]);
  assert.deepEqual(gone, []);
});

Deno.test("isUnchanged() compares by value", () => {
  assert.equal(isUnchanged(STEADY, routerConfig({ protocol: { vrid: 7 } })), true);
  const other = routerConfig({ protocol: { vrid: 7, priority: 42 } });
  assert.equal(isUnchanged(STEADY, other), false);
});

Deno.test("difference() begins anew what has withdrawn and is wanted again", () => {
  const withdrawn = router({ protocol: { vrid: 7 } });
  withdrawn.step({ kind: "stop" }, NOW_MS);
  const { planned, gone } = difference([withdrawn], [routerConfig({ protocol: { vrid: 7 } })]);
  assert.deepEqual(planned.map((one) => one.router), [undefined]);
  assert.deepEqual(gone, [withdrawn]);
});

function onMacvlan(interfaceName: string, virtualInterface: string): VirtualRouterConfig {
  const protocol = { vrid: 1 };
  return routerConfig({
    protocol,
    interface: interfaceName,
    interfaceType: "macvlan",
    virtualInterface,
  });
}

Deno.test("difference() leaves a macvlan its default name when the one before it goes", () => {
  const first = router(onMacvlan("eth0", "standby1"));
  const second = router(onMacvlan("eth1", "standby1.2"));
  const alone = difference([first, second], [onMacvlan("eth1", "standby1")]);
  assert.deepEqual(alone.gone, [first]);
  assert.equal(alone.planned[0]?.router, second);
  assert.equal(alone.planned[0]?.config.virtualInterface, "standby1.2");
});

Deno.test("difference() gives a macvlan that comes before another a name that is free", () => {
  const running = router(onMacvlan("eth1", "standby1"));
  const wanted = [onMacvlan("eth0", "standby1"), onMacvlan("eth1", "standby1.2")];
  const { planned, gone } = difference([running], wanted);
  assert.deepEqual(gone, []);
  assert.deepEqual(planned.map(({ config }) => config.virtualInterface), [
    "standby1.2",
    "standby1",
  ]);
});

Deno.test("difference() follows a name that the configuration gives", () => {
  const running = router({ interfaceType: "macvlan", virtualInterface: "standby1.2" });
  const named = routerConfig({
    interfaceType: "macvlan",
    virtualInterface: "standby1",
    choosesName: true,
  });
  assert.deepEqual(difference([running], [named]).gone, [running]);
});

Deno.test("difference() goes on where other programs are to be told", () => {
  const running = router();
  const notify = { onMaster: ["/bin/true"], timeoutMs: 1000, appendsWords: true } as const;
  assert.equal(difference([running], [routerConfig({ notify })]).planned[0]?.router, running);
});
