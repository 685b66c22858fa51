import assert from "node:assert/strict";
import { type Change, DriverError } from "../../../src/drivers/driver.ts";
import { type Note, noteKey } from "../../../src/runtime/undo/notes.ts";
import { type Notebook, UndoingDriver } from "../../../src/runtime/undo/undoing_driver.ts";
import { link, mac, OWN_MAC, PaperDriver } from "../fixtures.ts";
import {
  addressNote,
  byKey,
  GROUP,
  linksNote,
  macNote,
  prefix,
  route,
  routeNote,
  settingNote,
  VIRTUAL_MAC,
} from "./fixtures.ts";

/** Keeps the order in which notes were taken and changes made. */
class PaperNotebook implements Notebook {
  readonly notes = new Map<string, Note>();
  readonly made = new Set<string>();
  readonly written: string[] = [];
  theirs: readonly Note[] = [];
  alonePieces = 0;

  note(notes: ReadonlyMap<string, Note>): void {
    this.written.push(`note ${[...notes.keys()].join(", ")}`);
    for (const [key, note] of notes) this.notes.set(key, note);
  }

  strike(keys: readonly string[]): void {
    this.written.push(`strike ${keys.join(", ")}`);
    for (const key of keys) this.notes.delete(key);
  }

  others(): ReadonlyMap<string, Note> {
    return byKey(...this.theirs);
  }

  alone<T>(work: () => T): T {
    this.alonePieces++;
    return work();
  }
}

class WatchedDriver extends PaperDriver {
  readonly #notebook: PaperNotebook;

  constructor(notebook: PaperNotebook) {
    super();
    this.#notebook = notebook;
  }

  override apply(changes: readonly Change[]): readonly DriverError[] {
    this.#notebook.written.push(`make ${changes.map(({ change }) => change).join(", ")}`);
    return super.apply(changes);
  }
}

function bench({ kernelMarksAddresses = true } = {}) {
  const notebook = new PaperNotebook();
  const driver = new WatchedDriver(notebook);
  driver.present = [link({ ipv4Settings: { arpIgnore: 0, arpAnnounce: 0, sendRedirects: 1 } })];
  const undoing = new UndoingDriver({ driver, notebook, kernelMarksAddresses });
  return { notebook, driver, undoing, notes: () => [...notebook.notes.values()] };
}

const TARGET = { ifindex: 3, interfaceName: "eth0" };
const [ADD, REMOVE]: readonly [Change, Change] = [
  { change: "addAddress", ...TARGET, prefix: prefix("10.9.0.100/24"), noPrefixRoute: false },
  { change: "removeAddress", ...TARGET, prefix: prefix("10.9.0.100/24") },
];
const ASSUME: Change = {
  change: "setMac",
  ...TARGET,
  mac: mac(VIRTUAL_MAC),
  ownMac: mac(OWN_MAC),
};
const RELEASE: Change = { change: "setMac", ...TARGET, mac: mac(OWN_MAC) };

function settings(values: Record<string, number>): Change {
  return { change: "setIpv4", ...TARGET, settings: values };
}

function macvlan(interfaceName: string): Change {
  return {
    change: "addMacvlan",
    interfaceName,
    parentIndex: 3,
    mac: mac(VIRTUAL_MAC),
    group: GROUP,
  };
}

function refusing(driver: PaperDriver, code: string): void {
  driver.refuse = (change) => new DriverError(change, code, "no");
}

Deno.test("UndoingDriver notes all of a batch before it makes it, and strikes out what is undone", () => {
  const { notebook, undoing, notes } = bench();
  undoing.apply([ASSUME, ADD]);
  assert.deepEqual(notes(), [macNote(), addressNote()]);
  undoing.apply([REMOVE, RELEASE]);
  assert.deepEqual(notes(), []);
  const keys = ["mac 3", "address 3 10.9.0.100/24"];
  assert.deepEqual(notebook.written, [
    `note ${keys.join(", ")}`,
    "make setMac, addAddress",
    "make removeAddress, setMac",
    `strike ${keys.toReversed().join(", ")}`,
  ]);
});

Deno.test("UndoingDriver notes nothing twice", () => {
  const { notebook, undoing } = bench();
  undoing.apply([ASSUME, ADD]);
  undoing.apply([ASSUME, ADD, ADD]);
  assert.equal(notebook.written.filter((line) => line.startsWith("note")).length, 1);
});

Deno.test("UndoingDriver keeps the note of an address that is removed and added in one batch", () => {
  const { undoing, notes } = bench();
  undoing.apply([ADD]);
  undoing.apply([REMOVE, ADD]);
  assert.deepEqual(notes(), [addressNote()]);
  undoing.apply([ADD, REMOVE]);
  assert.deepEqual(notes(), []);
});

Deno.test("UndoingDriver forgets what the kernel refused, but not what was ours before", () => {
  const { driver, undoing, notes } = bench();
  refusing(driver, "EEXIST");
  assert.deepEqual(undoing.apply([ADD]).map(({ code }) => code), ["EEXIST"]);
  assert.deepEqual(notes(), []);
  driver.refuse = () => undefined;
  undoing.apply([ADD]);
  refusing(driver, "EEXIST");
  undoing.apply([ADD]);
  assert.deepEqual(notes(), [addressNote()]);
});

Deno.test("UndoingDriver keeps the note while the kernel refuses to undo it", () => {
  const { driver, undoing, notes } = bench();
  undoing.apply([ADD, ASSUME]);
  refusing(driver, "EPERM");
  undoing.apply([REMOVE, RELEASE]);
  assert.deepEqual(notes(), [addressNote(), macNote()]);
});

for (const code of ["EADDRNOTAVAIL", "ENODEV"]) {
  Deno.test(`UndoingDriver forgets an address that is gone already: ${code}`, () => {
    const { driver, undoing, notes } = bench();
    undoing.apply([ADD]);
    refusing(driver, code);
    undoing.apply([REMOVE]);
    assert.deepEqual(notes(), []);
  });
}

Deno.test("UndoingDriver notes the own MAC of before the first change, and never a virtual one", () => {
  const { driver, undoing, notes } = bench();
  undoing.apply([ASSUME]);
  const second = mac("00:00:5e:00:01:08");
  undoing.apply([{ change: "setMac", ...TARGET, mac: second, ownMac: mac(VIRTUAL_MAC) }]);
  assert.deepEqual(notes(), [macNote({ ours: second })]);
  undoing.apply([RELEASE]);
  driver.present = [link({ mac: mac("00:00:5e:00:01:09") })];
  undoing.apply([{ change: "setMac", ...TARGET, mac: mac(VIRTUAL_MAC) }]);
  assert.deepEqual(notes(), []);
});

Deno.test("UndoingDriver takes the own MAC from another daemon that has replaced it before", () => {
  const { notebook, undoing, notes } = bench();
  notebook.theirs = [macNote({ ours: mac("00:00:5e:00:01:09") })];
  const change = { change: "setMac", ...TARGET, mac: mac(VIRTUAL_MAC) } as const;
  undoing.apply([{ ...change, ownMac: mac("00:00:5e:00:01:09") }]);
  assert.deepEqual(notes(), [macNote()]);
});

Deno.test("UndoingDriver asks the kernel for the own MAC where it is not told", () => {
  const { undoing, notes } = bench();
  undoing.apply([{ change: "setMac", ...TARGET, mac: mac(VIRTUAL_MAC) }]);
  assert.deepEqual(notes(), [macNote()]);
});

Deno.test("UndoingDriver says that an address bears no mark where the kernel keeps none", () => {
  const { undoing, notes } = bench({ kernelMarksAddresses: false });
  undoing.apply([ADD, { change: "addRoute", route: route({ metric: 50 }) }]);
  assert.deepEqual(notes(), [addressNote(undefined, { marked: false }), routeNote()]);
});

Deno.test("UndoingDriver notes the group of new links once, and nothing of what is on them", () => {
  const { notebook, undoing, notes } = bench();
  undoing.apply([macvlan("vr7"), macvlan("vr8")]);
  const child = { ifindex: 9, interfaceName: "vr7" };
  undoing.apply([
    { change: "setIpv4", ...child, settings: { forwarding: 0 } },
    { change: "setUp", ...child },
    { change: "addAddress", ...child, prefix: prefix("10.9.0.100/32"), noPrefixRoute: true },
  ]);
  assert.deepEqual(notebook.written, [
    `note links ${GROUP}`,
    "make addMacvlan, addMacvlan",
    "make setIpv4, setUp, addAddress",
  ]);
  assert.deepEqual(notes(), [linksNote()]);
  undoing.apply([{ change: "deleteLinkGroup", group: GROUP }]);
  assert.deepEqual(notes(), []);
});

Deno.test("UndoingDriver keeps the note of the group where one link of it was refused", () => {
  const { driver, undoing, notes } = bench();
  driver.refuse = (change) =>
    change.change === "addMacvlan" && change.interfaceName === "vr8"
      ? new DriverError(change, "EEXIST", "no")
      : undefined;
  undoing.apply([macvlan("vr7"), macvlan("vr8")]);
  assert.deepEqual(notes(), [linksNote()]);
});

Deno.test("UndoingDriver notes routes, and forgets them with their removal", () => {
  const { undoing, notes } = bench();
  undoing.apply([{ change: "addRoute", route: route({ metric: 50, mtu: 1400 }) }]);
  assert.deepEqual(notes().map(noteKey), [noteKey(routeNote())]);
  undoing.apply([{ change: "removeRoute", route: route({ metric: 50 }) }]);
  assert.deepEqual(notes(), []);
});

Deno.test("UndoingDriver notes settings one by one with what the kernel has, alone", () => {
  const { notebook, undoing, notes } = bench();
  undoing.apply([settings({ arpIgnore: 1, sendRedirects: 0 })]);
  assert.deepEqual(notes(), [
    settingNote(),
    settingNote({ setting: "sendRedirects", before: 1, ours: 0 }),
  ]);
  assert.equal(notebook.alonePieces, 1);
});

Deno.test("UndoingDriver strikes out a setting that is put back", () => {
  const { driver, undoing, notes } = bench();
  undoing.apply([settings({ arpIgnore: 1, arpAnnounce: 2 })]);
  undoing.apply([settings({ arpIgnore: 0 })]);
  assert.deepEqual(notes(), [settingNote({ setting: "arpAnnounce", before: 0, ours: 2 })]);
  assert.deepEqual(driver.applied.at(-1), [settings({ arpIgnore: 0 })]);
});

Deno.test("UndoingDriver leaves a setting that another daemon needs, and lets go of it", () => {
  const { notebook, driver, undoing, notes } = bench();
  undoing.apply([settings({ arpIgnore: 1, arpAnnounce: 2 })]);
  notebook.theirs = [settingNote()];
  undoing.apply([settings({ arpIgnore: 0, arpAnnounce: 0 })]);
  assert.deepEqual(driver.applied.at(-1), [settings({ arpAnnounce: 0 })]);
  assert.deepEqual(notes(), []);
});

Deno.test("UndoingDriver makes no empty change where others need all of it", () => {
  const { notebook, driver, undoing } = bench();
  undoing.apply([settings({ arpIgnore: 1 })]);
  notebook.theirs = [settingNote()];
  undoing.apply([settings({ arpIgnore: 0 })]);
  assert.equal(driver.applied.length, 1);
});

Deno.test("UndoingDriver takes over from another daemon what was there before it", () => {
  const { notebook, driver, undoing, notes } = bench();
  driver.present = [link({ ipv4Settings: { arpIgnore: 1 } })];
  notebook.theirs = [settingNote()];
  undoing.apply([settings({ arpIgnore: 1 })]);
  assert.deepEqual(notes(), [settingNote()]);
});

Deno.test("UndoingDriver names the change that was asked for in a refusal of a part of it", () => {
  const { notebook, driver, undoing } = bench();
  undoing.apply([settings({ arpIgnore: 1, arpAnnounce: 2 })]);
  notebook.theirs = [settingNote()];
  refusing(driver, "EPERM");
  const asked = settings({ arpIgnore: 0, arpAnnounce: 0 });
  assert.equal(undoing.apply([asked])[0]?.change, asked);
});

Deno.test("UndoingDriver notes settings of IPv6 like those of IPv4", () => {
  const { driver, notebook, undoing, notes } = bench();
  driver.present = [link({ ipv6Settings: { keepAddrOnDown: 0 } })];
  const change = (value: number): Change => ({
    change: "setIpv6",
    ifindex: 3,
    interfaceName: "eth0",
    settings: { keepAddrOnDown: value },
  });
  undoing.apply([change(1)]);
  assert.deepEqual(notes(), [settingNote({ setting: "keepAddrOnDown" })]);
  assert.equal(notebook.alonePieces, 1);
  undoing.apply([change(0)]);
  assert.deepEqual(notes(), []);
  assert.deepEqual(driver.applied.at(-1), [change(0)]);
});
