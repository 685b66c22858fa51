import { assert } from "../../../src/base/assert.ts";
import { ip, parsePrefix } from "../../../src/base/ip.ts";
import type { Route } from "../../../src/drivers/driver.ts";
import type { Identity } from "../../../src/runtime/undo/identity.ts";
import { type Note, noteKey } from "../../../src/runtime/undo/notes.ts";
import { mac, OWN_MAC } from "../fixtures.ts";

export const VIRTUAL_MAC = "00:00:5e:00:01:07";
export const GROUP = 0x5212_3456;

export const HERE: Identity = { boot: "b1", namespace: "0:4:4026531840", cookie: "1" };

type NoteOf<Kind extends Note["note"]> = Extract<Note, { note: Kind }>;

export function prefix(text: string) {
  const found = parsePrefix(text);
  assert(found !== undefined, `"${text}" is no address with prefix`);
  return found;
}

export function addressNote(
  text = "10.9.0.100/24",
  differences: Partial<NoteOf<"address">> = {},
): NoteOf<"address"> {
  const link = { ifindex: 3, name: "eth0" };
  return { note: "address", ...link, prefix: prefix(text), marked: true, ...differences };
}

export function macNote(differences: Partial<NoteOf<"mac">> = {}): NoteOf<"mac"> {
  const macs = { before: mac(OWN_MAC), ours: mac(VIRTUAL_MAC) };
  return { note: "mac", ifindex: 3, name: "eth0", ...macs, ...differences };
}

export function settingNote(differences: Partial<NoteOf<"setting">> = {}): NoteOf<"setting"> {
  return {
    note: "setting",
    ifindex: 3,
    name: "eth0",
    mac: mac(OWN_MAC),
    setting: "arpIgnore",
    before: 0,
    ours: 1,
    ...differences,
  };
}

export function route(differences: Partial<Route> = {}): Route {
  return { destination: prefix("10.20.0.0/16"), nextHop: ip("10.9.0.254"), ...differences };
}

export function routeNote(differences: Partial<NoteOf<"route">> = {}): NoteOf<"route"> {
  return { note: "route", route: route({ metric: 50 }), marked: true, ...differences };
}

export function linksNote(group = GROUP): NoteOf<"links"> {
  return { note: "links", group };
}

export function byKey(...notes: readonly Note[]): ReadonlyMap<string, Note> {
  return new Map(notes.map((note) => [noteKey(note), note]));
}
