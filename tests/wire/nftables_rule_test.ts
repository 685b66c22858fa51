import assert from "node:assert/strict";
import type { Attribute } from "../../src/wire/netlink.ts";
import {
  decide,
  type Expression,
  fieldInSet,
  fieldWithin,
  metaIs,
} from "../../src/wire/nftables_rule.ts";
import { hexOf } from "../support/bytes.ts";

/** `name: attribute=value …`, numbers and bytes in hexadecimal. */
function shown([name, data]: Expression): string {
  const words = name?.value instanceof Uint8Array ? new TextDecoder().decode(name.value) : "";
  return `${words.replace("\0", "")}:${attributes(data?.value ?? [])}`;
}

function attributes(value: Attribute["value"]): string {
  if (value instanceof Uint8Array) return hexOf(value);
  return value.map((one) => ` ${one.type}=(${attributes(one.value)})`).join("");
}

const PORT = { base: "transport", offset: 2, length: 2 } as const;

const ROWS: readonly {
  readonly row: string;
  readonly expressions: readonly Expression[];
  readonly expected: readonly string[];
}[] = [
  {
    row: "metaIs() loads what the kernel knows and compares it",
    expressions: metaIs("protocol", Uint8Array.of(112)),
    expected: [
      "meta: 1=(00000001) 2=(00000010)",
      "cmp: 1=(00000001) 2=(00000000) 3=( 1=(70))",
    ],
  },
  {
    row: "fieldWithin() compares a field with both ends",
    expressions: fieldWithin(PORT, { least: Uint8Array.of(0, 1), most: Uint8Array.of(0, 9) }),
    expected: [
      "payload: 1=(00000001) 2=(00000002) 3=(00000002) 4=(00000002)",
      "cmp: 1=(00000001) 2=(00000005) 3=( 1=(0001))",
      "cmp: 1=(00000001) 2=(00000003) 3=( 1=(0009))",
    ],
  },
  {
    row: "fieldInSet() looks the field up",
    expressions: fieldInSet(PORT, { set: "s", withInterface: false }),
    expected: [
      "payload: 1=(00000001) 2=(00000002) 3=(00000002) 4=(00000002)",
      "lookup: 1=(7300) 2=(00000001)",
    ],
  },
  {
    row: "fieldInSet() looks it up with the interface in the register behind it",
    expressions: fieldInSet(PORT, { set: "s", withInterface: true }),
    expected: [
      "payload: 1=(00000001) 2=(00000002) 3=(00000002) 4=(00000002)",
      "meta: 1=(00000002) 2=(00000004)",
      "lookup: 1=(7300) 2=(00000001)",
    ],
  },
  {
    row: "decide() ends with a verdict",
    expressions: [decide({ verdict: "drop" }), decide({ verdict: "accept" })],
    expected: [
      "immediate: 1=(00000000) 2=( 2=( 1=(00000000)))",
      "immediate: 1=(00000000) 2=( 2=( 1=(00000001)))",
    ],
  },
  {
    row: "decide() goes on in another chain",
    expressions: [decide({ verdict: "goto", chain: "c" })],
    expected: ["immediate: 1=(00000000) 2=( 2=( 1=(fffffffc) 2=(6300)))"],
  },
];

for (const { row, expressions, expected } of ROWS) {
  Deno.test(row, () => assert.deepEqual(expressions.map(shown), expected));
}
