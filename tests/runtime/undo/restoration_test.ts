import assert from "node:assert/strict";
import { type Change, OUR_PROTOCOL } from "../../../src/drivers/driver.ts";
import { type Note, noteKey } from "../../../src/runtime/undo/notes.ts";
import { type Present, restoringChanges } from "../../../src/runtime/undo/restoration.ts";
import { address, link, mac, OWN_MAC } from "../fixtures.ts";
import {
  addressNote,
  GROUP,
  linksNote,
  macNote,
  prefix,
  route,
  routeNote,
  settingNote,
  VIRTUAL_MAC,
} from "./fixtures.ts";

const OURS = { protocol: OUR_PROTOCOL };
const ETH0 = link({
  ipv4Settings: { arpIgnore: 1, arpAnnounce: 2 },
  ipv6Settings: { keepAddrOnDown: 1 },
});
const TARGET = { ifindex: 3, interfaceName: "eth0" };
const MACVLAN = link({
  index: 9,
  name: "vr7",
  kind: "macvlan",
  group: GROUP,
  mac: mac(VIRTUAL_MAC),
});
const OF_LINK = {
  destination: addressNote("2001:db8:1::/48").prefix,
  nextHop: addressNote("fe80::9/64").prefix.address,
  ifindex: 3,
};
const OUR_ROUTE = { ...route(), metric: 50, ...OURS };

interface Row {
  readonly row: string;
  readonly notes: readonly Note[];
  readonly present?: Partial<Present>;
  readonly configured?: readonly string[];
  readonly needed?: readonly string[];
  readonly changes: readonly Change[];
}

const REMOVAL: Change = { change: "removeAddress", ...TARGET, prefix: prefix("10.9.0.100/24") };

const ROWS: readonly Row[] = [
  {
    row: "removes an address that bears our mark",
    notes: [addressNote()],
    present: { addresses: [address("10.9.0.100/24", OURS)] },
    changes: [REMOVAL],
  },
  {
    row: "leaves an address that somebody else has set, whatever the file says",
    notes: [addressNote("10.9.0.1/24"), addressNote("10.9.0.1/24", { marked: false })],
    present: { addresses: [address("10.9.0.1/24")] },
    changes: [],
  },
  {
    row: "removes an address without a mark only where the configuration names it",
    notes: [addressNote(undefined, { marked: false })],
    present: { addresses: [address("10.9.0.100/24")] },
    configured: ["10.9.0.100"],
    changes: [REMOVAL],
  },
  {
    row: "leaves an address of the configuration that should bear our mark and does not",
    notes: [addressNote()],
    present: { addresses: [address("10.9.0.100/24")] },
    configured: ["10.9.0.100"],
    changes: [],
  },
  {
    row: "leaves an address that the kernel itself has set",
    notes: [addressNote(undefined, { marked: false })],
    present: { addresses: [address("10.9.0.100/24", { protocol: 3 })] },
    configured: ["10.9.0.100"],
    changes: [],
  },
  {
    row: "leaves our address with another length, and on another interface",
    notes: [addressNote()],
    present: {
      links: [ETH0, link({ index: 4, name: "eth1" })],
      addresses: [
        address("10.9.0.100/32", OURS),
        address("10.9.0.100/24", { ...OURS, ifindex: 4 }),
      ],
    },
    changes: [],
  },
  {
    row: "follows an interface that has another name now",
    notes: [addressNote(), settingNote()],
    present: {
      links: [{ ...ETH0, name: "lan" }],
      addresses: [address("10.9.0.100/24", OURS)],
    },
    changes: [
      { ...REMOVAL, interfaceName: "lan" },
      { change: "setIpv4", ifindex: 3, interfaceName: "lan", settings: { arpIgnore: 0 } },
    ],
  },
  {
    row: "gives an interface its own MAC back",
    notes: [macNote()],
    present: { links: [link({ mac: mac(VIRTUAL_MAC) })] },
    changes: [{ change: "setMac", ...TARGET, mac: mac(OWN_MAC) }],
  },
  {
    row: "gives it back in place of another virtual MAC, which a second daemon that died has set",
    notes: [macNote()],
    present: { links: [link({ mac: mac("00:00:5e:00:02:09") })] },
    changes: [{ change: "setMac", ...TARGET, mac: mac(OWN_MAC) }],
  },
  {
    row: "leaves another virtual MAC on a link that may have got the index of ours",
    notes: [macNote()],
    present: { links: [link({ name: "vrrp.51", mac: mac("00:00:5e:00:01:33") })] },
    changes: [],
  },
  {
    row: "leaves a MAC that is not the virtual one any more",
    notes: [macNote()],
    present: { links: [link({ mac: mac("02:00:00:00:00:77") })] },
    changes: [],
  },
  {
    row: "puts settings of one interface back together",
    notes: [settingNote(), settingNote({ setting: "arpAnnounce", before: 1, ours: 2 })],
    changes: [{ change: "setIpv4", ...TARGET, settings: { arpIgnore: 0, arpAnnounce: 1 } }],
  },
  {
    row: "puts settings of both families back, each in a change of its own",
    notes: [settingNote(), settingNote({ setting: "keepAddrOnDown" })],
    changes: [
      { change: "setIpv4", ...TARGET, settings: { arpIgnore: 0 } },
      { change: "setIpv6", ...TARGET, settings: { keepAddrOnDown: 0 } },
    ],
  },
  {
    row: "leaves a setting that somebody has changed since then, and one that we found as it was",
    notes: [
      settingNote({ ours: 2 }),
      settingNote({ setting: "arpAnnounce", before: 2, ours: 2 }),
    ],
    changes: [],
  },
  {
    row: "leaves the settings of another interface that got the index",
    notes: [settingNote({ name: "eth5", mac: mac("02:00:00:00:00:66") })],
    changes: [],
  },
  {
    row: "leaves a setting that a living daemon needs",
    notes: [settingNote(), settingNote({ setting: "arpAnnounce", ours: 2 })],
    needed: [noteKey(settingNote())],
    changes: [{ change: "setIpv4", ...TARGET, settings: { arpAnnounce: 0 } }],
  },
  {
    row: "leaves an address, a MAC, links and a route that are a living daemon's",
    notes: [addressNote(), macNote(), linksNote(), routeNote()],
    present: {
      links: [link({ mac: mac(VIRTUAL_MAC) }), MACVLAN],
      addresses: [address("10.9.0.100/24", OURS)],
      routes: [OUR_ROUTE],
    },
    needed: [addressNote(), macNote(), linksNote(), routeNote()].map(noteKey),
    changes: [],
  },
  {
    row: "deletes our links by their group, and says nothing of the addresses on them",
    notes: [linksNote(), addressNote("10.9.0.100/32", { ifindex: 9, name: "vr7" })],
    present: {
      links: [ETH0, MACVLAN, { ...MACVLAN, index: 10, name: "vr8" }],
      addresses: [address("10.9.0.100/32", { ...OURS, ifindex: 9 })],
    },
    changes: [{ change: "deleteLinkGroup", group: GROUP }],
  },
  {
    row: "deletes one by one where somebody has put a link of another kind into the group",
    notes: [linksNote()],
    present: { links: [MACVLAN, link({ index: 10, name: "br0", kind: "bridge", group: GROUP })] },
    changes: [{ change: "deleteLink", ifindex: 9, interfaceName: "vr7" }],
  },
  {
    row: "leaves a macvlan in the group that has no virtual MAC",
    notes: [linksNote()],
    present: { links: [{ ...MACVLAN, mac: mac(OWN_MAC) }] },
    changes: [],
  },
  {
    row: "removes a route that bears our mark",
    notes: [routeNote()],
    present: { routes: [OUR_ROUTE] },
    changes: [{ change: "removeRoute", route: route({ metric: 50 }) }],
  },
  {
    row: "removes a route with a link-local next hop, of its interface alone",
    notes: [routeNote({ route: OF_LINK })],
    present: {
      routes: [{ ...OF_LINK, metric: 1024, ifindex: 4, ...OURS }, {
        ...OF_LINK,
        metric: 1024,
        ...OURS,
      }],
    },
    changes: [{ change: "removeRoute", route: OF_LINK }],
  },
  {
    row: "leaves a route of somebody else, with another next hop, and with another metric",
    notes: [routeNote()],
    present: {
      routes: [
        { ...OUR_ROUTE, protocol: 4 },
        { ...OUR_ROUTE, metric: 51 },
        { ...OUR_ROUTE, nextHop: prefix("10.9.0.253/32").address },
      ],
    },
    configured: [noteKey(routeNote())],
    changes: [],
  },
  {
    row: "removes a route without a mark only where the configuration names it",
    notes: [routeNote({ marked: false }), routeNote({ marked: false, route: route() })],
    present: { routes: [{ ...OUR_ROUTE, protocol: 3 }, { ...route(), metric: 0, protocol: 3 }] },
    configured: [noteKey(routeNote())],
    changes: [{ change: "removeRoute", route: route({ metric: 50 }), protocol: 3 }],
  },
  {
    row: "does nothing on interfaces that are gone",
    notes: [addressNote(), macNote(), settingNote(), linksNote(), routeNote()],
    present: { links: [] },
    changes: [],
  },
  {
    row: "takes routes off before addresses, and settings last but the links",
    notes: [
      linksNote(),
      settingNote(),
      macNote({ ifindex: 4, name: "eth1" }),
      addressNote(),
      routeNote(),
    ],
    present: {
      links: [ETH0, link({ index: 4, name: "eth1", mac: mac(VIRTUAL_MAC) }), MACVLAN],
      addresses: [address("10.9.0.100/24", OURS)],
      routes: [OUR_ROUTE],
    },
    changes: [
      { change: "removeRoute", route: route({ metric: 50 }) },
      REMOVAL,
      { change: "setMac", ifindex: 4, interfaceName: "eth1", mac: mac(OWN_MAC) },
      { change: "setIpv4", ...TARGET, settings: { arpIgnore: 0 } },
      { change: "deleteLinkGroup", group: GROUP },
    ],
  },
];

for (const { row, notes, present, configured = [], needed = [], changes } of ROWS) {
  Deno.test(`restoringChanges() ${row}`, () => {
    const whole = { links: [ETH0], addresses: [], routes: [], ...present };
    const found = restoringChanges({
      notes,
      present: whole,
      configured: new Set(configured),
      needed: new Set(needed),
    });
    assert.deepEqual(found, changes);
  });
}
