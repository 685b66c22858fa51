import { equalMac, type MacAddress } from "../../base/mac.ts";
import type { Change } from "../../drivers/driver.ts";
import { type LinkInfo, settingsOf } from "../../wire/rtnetlink.ts";
import type { SettingName } from "../../wire/rtnetlink_settings.ts";
import { isOwnMac, isVirtualMac } from "./fields.ts";
import {
  addressKey,
  linksKey,
  macKey,
  type Note,
  routeKey,
  settingKey,
  type SettingNote,
} from "./notes.ts";

/** What a change means for what is written down. */
export interface Effect {
  /** To be noted before the change is made. */
  readonly notes: readonly Note[];
  /** Keys of notes that count no more once the change has been made. */
  readonly undoes: readonly string[];
  /** The change as it is to be made; absent where nothing of it may be. */
  readonly change?: Change;
}

/** What is known when a change comes. */
export interface Sight {
  readonly notes: ReadonlyMap<string, Note>;
  /** What other living daemons have noted. */
  readonly others: () => ReadonlyMap<string, Note>;
  /** Names of links that we have made: what is changed on them goes with them. */
  readonly made: ReadonlySet<string>;
  readonly link: (ifindex: number) => LinkInfo | undefined;
  /** Whether addresses and routes get our mark. */
  readonly marks: { readonly addresses: boolean; readonly routes: boolean };
}

type SettingsChange = ChangeOf<"setIpv4" | "setIpv6">;
type ChangeOf<Kind extends Change["change"]> = Extract<Change, { change: Kind }>;

const NOTHING = { notes: [], undoes: [] } as const;

export function effectOf(change: Change, sight: Sight): Effect {
  switch (change.change) {
    case "addAddress":
      return addAddress(change, sight);
    case "removeAddress":
      return { ...NOTHING, undoes: [addressKey(change)], change };
    case "setMac":
      return setMac(change, sight);
    case "setIpv4":
    case "setIpv6":
      return sight.made.has(change.interfaceName)
        ? { ...NOTHING, change }
        : setSettings(change, sight);
    case "addMacvlan":
      return { ...NOTHING, notes: [{ note: "links", group: change.group }], change };
    case "deleteLinkGroup":
      return { ...NOTHING, undoes: [linksKey(change.group)], change };
    case "addRoute": {
      const { route } = change;
      const note = { note: "route", route, marked: sight.marks.routes } as const;
      return { ...NOTHING, notes: [note], change };
    }
    case "removeRoute":
      return { ...NOTHING, undoes: [routeKey(change.route)], change };
    // These are made on links of ours alone.
    default:
      return { ...NOTHING, change };
  }
}

function addAddress(change: ChangeOf<"addAddress">, { made, marks }: Sight): Effect {
  const { ifindex, interfaceName: name, prefix } = change;
  if (made.has(name)) return { ...NOTHING, change };
  const note = { note: "address", ifindex, name, prefix, marked: marks.addresses } as const;
  return { ...NOTHING, notes: [note], change };
}

/** Whatever replaces a virtual MAC is the interface's own again. */
function setMac(change: ChangeOf<"setMac">, sight: Sight): Effect {
  const { ifindex, interfaceName: name, mac: ours } = change;
  if (!isVirtualMac(ours)) return { ...NOTHING, undoes: [macKey(ifindex)], change };
  const before = macBefore(change, sight);
  if (before === undefined) return { ...NOTHING, change };
  return { ...NOTHING, notes: [{ note: "mac", ifindex, name, before, ours }], change };
}

/**
 * The MAC to go back to. One that is virtual is no interface's own: then another daemon of ours may
 * know it, and otherwise there is nothing worth going back to.
 */
function macBefore(
  { ifindex, ownMac }: ChangeOf<"setMac">,
  { notes, others, link }: Sight,
): MacAddress | undefined {
  const known = notes.get(macKey(ifindex));
  if (known?.note === "mac") return known.before;
  const present = ownMac ?? link(ifindex)?.mac;
  if (present === undefined || isOwnMac(present)) return present;
  const theirs = isVirtualMac(present) ? others().get(macKey(ifindex)) : undefined;
  return theirs?.note === "mac" ? theirs.before : undefined;
}

/**
 * Settings of interfaces that are not ours are shared with other daemons of ours: who comes later
 * takes over from them what was there before the first, and what others need is not put back.
 */
function setSettings(change: SettingsChange, sight: Sight): Effect {
  const notes: Note[] = [];
  const undoes: string[] = [];
  const settings: Partial<Record<SettingName, number>> = {};
  for (const [name, value] of Object.entries(change.settings)) {
    const setting = name as SettingName;
    const key = settingKey({ ifindex: change.ifindex, setting });
    const known = sight.notes.get(key);
    const isPutBack = known?.note === "setting" && known.before === value && known.ours !== value;
    if (isPutBack) undoes.push(key);
    if (isPutBack && sight.others().has(key)) continue;
    settings[setting] = value;
    const note = isPutBack ? undefined : settingNote(change, { setting, ours: value }, sight);
    if (note !== undefined) notes.push(note);
  }
  if (Object.keys(settings).length === 0) return { notes, undoes };
  return { notes, undoes, change: { ...change, settings } };
}

function settingNote(
  { ifindex, interfaceName: name }: SettingsChange,
  { setting, ours }: { readonly setting: SettingName; readonly ours: number },
  sight: Sight,
): SettingNote | undefined {
  const key = settingKey({ ifindex, setting });
  const known = sight.notes.get(key) ?? sight.others().get(key);
  const link = sight.link(ifindex);
  if (link?.mac === undefined) return undefined;
  const before = known?.note === "setting" ? known.before : settingsOf(link)[setting];
  if (before === undefined) return undefined;
  return { note: "setting", ifindex, name, mac: link.mac, setting, before, ours };
}

/** Whether the second says no more than the first. */
export function sameNote(a: Note | undefined, b: Note): boolean {
  if (a === undefined) return false;
  if (a.note === "mac" && b.note === "mac") {
    return equalMac(a.before, b.before) && equalMac(a.ours, b.ours);
  }
  if (a.note === "setting" && b.note === "setting") {
    return a.before === b.before && a.ours === b.ours;
  }
  return true;
}
