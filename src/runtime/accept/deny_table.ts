import { ICMPV6 } from "../../wire/icmpv6.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import {
  newChain,
  newElements,
  newInputChain,
  newRule,
  newSet,
  newTable,
  type Request,
} from "../../wire/nftables.ts";
import {
  decide,
  type Expression,
  type Field,
  fieldInSet,
  fieldWithin,
  metaIs,
} from "../../wire/nftables_rule.ts";
import { ADDRESS_SETS, type AddressSetName, type DeniedAddress } from "./denied_address.ts";

const CHAIN = { input: "input", denied: "denied" } as const;
/** Before what others filter, so that nobody's "accept" or counting stands in front of it. */
const PRIORITY = -300;
/** The loopback interface has this index in every network namespace. */
const LOOPBACK_INDEX = 1;
const AF = { ipv4: 2, ipv6: 10 } as const;
/** Router and neighbour solicitations and advertisements, and redirects (RFC 4861 section 4). */
const NEIGHBOUR_DISCOVERY = { least: Uint8Array.of(133), most: Uint8Array.of(137) } as const;
const ICMPV6_TYPE: Field = { base: "transport", offset: 0, length: 1 };

const DESTINATION = {
  ipv4: { base: "network", offset: ipv4.AT.destination, length: ADDRESS_SETS.ipv4.length },
  ipv6: { base: "network", offset: ipv6.AT.destination, length: ADDRESS_SETS.ipv6.length },
} as const satisfies Readonly<Record<string, Field>>;

/**
 * Requests that make the table with which a Master that is not the owner takes nothing that is sent
 * to its virtual addresses (RFC 9568 section 6.4.3):
 *
 *     chain input:   to an address in a set of ours? ─► chain denied
 *     chain denied:  from this machine itself, VRRP, neighbour discovery ─► accept; the rest ─► drop
 *
 * On the input hook stands only what is for this machine: what is forwarded, or redirected to
 * another machine by address translation, never comes by. ARP is no IP, and neither is it.
 */
export function denyTable(
  { table, owned, addresses }: {
    readonly table: string;
    readonly owned: boolean;
    readonly addresses: readonly DeniedAddress[];
  },
): Request[] {
  const sets = Object.entries(ADDRESS_SETS).map(([name, key], index) =>
    newSet({ table, name, key, id: index + 1 })
  );
  const rule = (chain: string, ...expressions: Expression[]) =>
    newRule({ table, chain, expressions });
  return [
    newTable({ table, owned }),
    ...sets,
    newChain({ table, name: CHAIN.denied }),
    newInputChain({ table, name: CHAIN.input, priority: PRIORITY }),
    ...ACCEPTED.map((match) => rule(CHAIN.denied, ...match, decide({ verdict: "accept" }))),
    rule(CHAIN.denied, decide({ verdict: "drop" })),
    ...MATCHES.map((match) =>
      rule(CHAIN.input, ...match, decide({ verdict: "goto", chain: CHAIN.denied }))
    ),
    ...bySet(addresses).flatMap(([name, keys]) => newElements({ table, name, keys })),
  ];
}

/**
 * What reaches the addresses all the same. A process of this machine is no host of the network; and
 * where nobody answers for an address, nobody can be its router: RFC 9568 section 6.1.
 */
const ACCEPTED: readonly (readonly Expression[])[] = [
  metaIs("inputInterface", new Uint8Array(Uint32Array.of(LOOPBACK_INDEX).buffer)),
  metaIs("protocol", Uint8Array.of(ipv4.PROTOCOL.vrrp)),
  // Advertisements that are authenticated by it; the kernel sends all else through here once more.
  metaIs("protocol", Uint8Array.of(ipv4.PROTOCOL.ah)),
  [
    ...metaIs("family", Uint8Array.of(AF.ipv6)),
    ...metaIs("protocol", Uint8Array.of(ICMPV6)),
    ...fieldWithin(ICMPV6_TYPE, NEIGHBOUR_DISCOVERY),
  ],
];

const MATCHES: readonly (readonly Expression[])[] = [
  [
    ...metaIs("family", Uint8Array.of(AF.ipv4)),
    ...fieldInSet(DESTINATION.ipv4, { set: "ipv4", withInterface: false }),
  ],
  [
    ...metaIs("family", Uint8Array.of(AF.ipv6)),
    ...fieldInSet(DESTINATION.ipv6, { set: "ipv6", withInterface: false }),
  ],
  [
    ...metaIs("family", Uint8Array.of(AF.ipv6)),
    ...fieldInSet(DESTINATION.ipv6, { set: "link_local", withInterface: true }),
  ],
];

/** The keys of each set that any of the addresses is in. */
export function bySet(addresses: readonly DeniedAddress[]): [AddressSetName, Uint8Array[]][] {
  return Array.from(
    Map.groupBy(addresses, ({ set }) => set),
    ([set, ofSet]) => [set, ofSet.map(({ key }) => key)],
  );
}
