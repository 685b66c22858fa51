import { formatIp } from "../../base/ip.ts";
import { equalMac, type MacAddress } from "../../base/mac.ts";
import {
  type Change,
  type Driver,
  OUR_PROTOCOL,
  settingChanges as settingPairs,
} from "../../drivers/driver.ts";
import { type AddressInfo, type LinkInfo, settingsOf } from "../../wire/rtnetlink.ts";
import type { SettingName } from "../../wire/rtnetlink_settings.ts";
import type { RouteInfo } from "../../wire/rtnetlink_route.ts";
import { isVirtualMac } from "./fields.ts";
import { addressKey, type Note, noteKey, routeKey } from "./notes.ts";

/** The machine as the kernel describes it at this moment. */
export interface Present {
  readonly links: readonly LinkInfo[];
  readonly addresses: readonly AddressInfo[];
  readonly routes: readonly RouteInfo[];
}

export interface Restoration {
  readonly notes: readonly Note[];
  readonly present: Present;
  /** Keys of what living daemons need: it stays. */
  readonly needed: ReadonlySet<string>;
  /** Addresses and destinations that are ours by configuration, as text: see {@linkcode marks}. */
  readonly configured: ReadonlySet<string>;
}

type NoteOf<Kind extends Note["note"]> = Extract<Note, { note: Kind }>;

/** What {@linkcode restoringChanges} has to look at. */
export function readPresent(driver: Driver, notes: readonly Note[]): Present {
  const hasRoutes = notes.some(({ note }) => note === "route");
  return {
    links: driver.links(),
    addresses: driver.addresses(),
    routes: hasRoutes ? driver.routes() : [],
  };
}

/**
 * The changes that take back what the notes speak of, as far as it still looks as we left it.
 * Routes go before the addresses that they need, and settings that guard the addresses after them.
 */
export function restoringChanges(restoration: Restoration): Change[] {
  const notes = restoration.notes.filter((note) => !restoration.needed.has(noteKey(note)));
  const of = <Kind extends Note["note"]>(kind: Kind) =>
    notes.filter((note): note is NoteOf<Kind> => note.note === kind);
  const groups = new Set(of("links").map(({ group }) => group));
  return [
    ...of("route").flatMap((note) => routeChanges(note, restoration)),
    ...of("address").flatMap((note) => addressChanges(note, restoration, groups)),
    ...of("mac").flatMap((note) => macChanges(note, restoration.present)),
    ...settingChanges(of("setting"), restoration.present),
    ...[...groups].flatMap((group) => groupChanges(group, restoration.present)),
  ];
}

/**
 * Whether an object is one that we set: it bears our mark. Where a kernel or a way of setting it
 * leaves none, only what the configuration calls virtual is believed to be ours: a forged file
 * could name any other.
 */
function isMarked(
  { protocol, marked, unmarkedProtocols, isConfigured }: {
    readonly protocol: number;
    readonly marked: boolean;
    readonly unmarkedProtocols: readonly number[];
    readonly isConfigured: boolean;
  },
): boolean {
  if (protocol === OUR_PROTOCOL) return true;
  return !marked && isConfigured && unmarkedProtocols.includes(protocol);
}

/** What the kernel notes on addresses that nobody marked, and on routes set by ioctl. */
const NO_ADDRESS_PROTOCOL = [0];
const NO_ROUTE_PROTOCOL = [0, 3];

function routeChanges(
  { route, marked }: NoteOf<"route">,
  { present, configured }: Restoration,
): Change[] {
  const key = routeKey(route);
  const found = present.routes.find(({ nextHop, protocol, ...rest }) =>
    nextHop !== undefined && routeKey({ ...rest, nextHop }) === key &&
    isMarked({
      protocol,
      marked,
      unmarkedProtocols: NO_ROUTE_PROTOCOL,
      isConfigured: configured.has(key),
    })
  );
  if (found === undefined) return [];
  const { protocol } = found;
  return [{ change: "removeRoute", route, ...(protocol === OUR_PROTOCOL ? {} : { protocol }) }];
}

function addressChanges(
  note: NoteOf<"address">,
  { present, configured }: Restoration,
  groups: ReadonlySet<number>,
): Change[] {
  const link = present.links.find(({ index }) => index === note.ifindex);
  // Addresses go with the link that carries them.
  if (link === undefined || groups.has(link.group)) return [];
  const key = addressKey(note);
  const isOurs = present.addresses.some((address) =>
    addressKey(address) === key &&
    isMarked({
      protocol: address.protocol,
      marked: note.marked,
      unmarkedProtocols: NO_ADDRESS_PROTOCOL,
      isConfigured: configured.has(formatIp(note.prefix.address)),
    })
  );
  const { ifindex, prefix } = note;
  return isOurs ? [{ change: "removeAddress", ifindex, interfaceName: link.name, prefix }] : [];
}

/**
 * Several daemons that died may have replaced one MAC in turn, each with its own; without the name
 * a link with another's virtual MAC may be one that somebody else has made.
 */
function macChanges(note: NoteOf<"mac">, present: Present): Change[] {
  const { ifindex, before, ours } = note;
  const link = present.links.find(({ index }) => index === ifindex);
  if (link?.mac === undefined) return [];
  const isReplaced = equalMac(link.mac, ours) ||
    (link.name === note.name && isVirtualMac(link.mac));
  return isReplaced ? [{ change: "setMac", ifindex, interfaceName: link.name, mac: before }] : [];
}

/** All settings of one link and family in one change. */
function settingChanges(notes: readonly NoteOf<"setting">[], { links }: Present): Change[] {
  return Array.from(Map.groupBy(notes, ({ ifindex }) => ifindex), ([ifindex, ofLink]) => {
    const link = links.find(({ index }) => index === ifindex);
    if (link === undefined) return [];
    const still = ofLink.filter((note) =>
      isSameLink(note, link) && settingsOf(link)[note.setting] === note.ours &&
      note.before !== note.ours
    );
    const settings: Partial<Record<SettingName, number>> = {};
    for (const { setting, before } of still) settings[setting] = before;
    return settingPairs({ ifindex, interfaceName: link.name }, settings);
  }).flat();
}

/** An index can come back with another link; together with the name or the MAC it does not. */
function isSameLink(
  note: { readonly name: string; readonly mac: MacAddress },
  link: LinkInfo,
): boolean {
  return link.name === note.name || (link.mac !== undefined && equalMac(link.mac, note.mac));
}

/** One change for all links of the group, unless there is one among them that we did not make. */
function groupChanges(group: number, { links }: Present): Change[] {
  const members = links.filter((link) => link.group === group);
  const ours = members.filter(({ kind, mac }) =>
    kind === "macvlan" && mac !== undefined && isVirtualMac(mac)
  );
  if (ours.length === 0) return [];
  if (ours.length === members.length) return [{ change: "deleteLinkGroup", group }];
  return ours.map(({ index: ifindex, name: interfaceName }) => ({
    change: "deleteLink",
    ifindex,
    interfaceName,
  }));
}

/** Names of what living daemons have noted, for {@linkcode Restoration.needed}. */
export function neededKeys(records: readonly { readonly notes: ReadonlyMap<string, Note> }[]) {
  return new Set(records.flatMap(({ notes }) => [...notes.keys()]));
}
