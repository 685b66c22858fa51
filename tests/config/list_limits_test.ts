import assert from "node:assert/strict";
import { loadRouter, loadValue, ROUTER } from "./support.ts";

const ROUTE = { nh: "10.9.0.254" };

function address(index: number): string {
  return `10.10.${index >> 8}.${index & 255}`;
}

function list<T>(length: number, item: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => item(index));
}

const LISTS: readonly {
  readonly key: string;
  readonly most: number;
  readonly item: (index: number) => unknown;
}[] = [
  { key: "excluded_vips", most: 1000, item: address },
  {
    key: "routes",
    most: 1000,
    item: (index: number) => ({ ...ROUTE, route: `${address(index)}/32` }),
  },
  { key: "unicast_peers", most: 255, item: address },
  { key: "track_interface", most: 255, item: (index: number) => ({ name: `eth${index}` }) },
  { key: "track_route", most: 255, item: (index: number) => ({ route: `${address(index)}/32` }) },
];

for (const { key, most, item } of LISTS) {
  Deno.test(`loadConfig() takes ${most} of ${key}, and says how many are too many`, () => {
    assert.deepEqual(loadRouter({ [key]: list(most, item) }).faults, []);
    const [fault, ...more] = loadRouter({ [key]: list(most + 1, item) }).faults;
    assert.deepEqual(fault, {
      path: `vrouter[0].${key}`,
      problem: `is a list of ${most + 1}`,
      hint: `${most} at most`,
      line: fault?.line,
    });
    assert.deepEqual(more, []);
  });
}

Deno.test("loadConfig() takes 10,000 static routes, and says how many are too many", () => {
  const load = (length: number) =>
    loadValue({
      vrouter: [ROUTER],
      protocols: { static: list(length, (index) => ({ ...ROUTE, route: `${address(index)}/32` })) },
    });
  assert.deepEqual(load(10_000).faults, []);
  const faults = load(10_001).faults.map(({ path, problem }) => `${path} ${problem}`);
  assert.deepEqual(faults, ["protocols.static is a list of 10001"]);
});
