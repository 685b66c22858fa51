import { type Change, type Driver, DriverError, isSoAlready } from "../../drivers/driver.ts";
import type { LinkInfo } from "../../wire/rtnetlink.ts";
import { type Effect, effectOf, sameNote, type Sight } from "./effects.ts";
import { type Note, noteKey } from "./notes.ts";

/** What several drivers of one process share. */
export interface Notebook {
  readonly notes: ReadonlyMap<string, Note>;
  /** Names of the links that we have made. */
  readonly made: Set<string>;
  /** By {@linkcode noteKey}. */
  note(notes: ReadonlyMap<string, Note>): void;
  strike(keys: readonly string[]): void;
  others(): ReadonlyMap<string, Note>;
  /** While no other daemon of ours changes what we share with it. */
  alone<T>(work: () => T): T;
}

/** A change with what is written down for it. */
interface Planned extends Effect {
  readonly asked: Change;
  /** Of `notes`. */
  readonly keys: readonly string[];
  /** Those among them of which nothing was noted before. */
  readonly newKeys: readonly string[];
}

/** A driver that writes down what undoes a change before it makes it. */
export class UndoingDriver implements Driver {
  readonly #driver: Driver;
  readonly #notebook: Notebook;
  readonly #marks: Sight["marks"];

  constructor({ driver, notebook, kernelMarksAddresses }: {
    readonly driver: Driver;
    readonly notebook: Notebook;
    readonly kernelMarksAddresses: boolean;
  }) {
    this.#driver = driver;
    this.#notebook = notebook;
    const routes = driver.name !== "ioctl";
    this.#marks = { addresses: routes && kernelMarksAddresses, routes };
  }

  get name() {
    return this.#driver.name;
  }

  get cannot() {
    return this.#driver.cannot;
  }

  apply(changes: readonly Change[]): readonly DriverError[] {
    const { made } = this.#notebook;
    const isShared = changes.some((change) =>
      (change.change === "setIpv4" || change.change === "setIpv6") &&
      !made.has(change.interfaceName)
    );
    return isShared ? this.#notebook.alone(() => this.#apply(changes)) : this.#apply(changes);
  }

  #apply(changes: readonly Change[]): readonly DriverError[] {
    const fresh = new Map<string, Note>();
    const plan = this.#plan(changes, fresh);
    if (fresh.size > 0) this.#notebook.note(fresh);
    const asked = new Map<Change, Change>();
    for (const one of plan) if (one.change !== undefined) asked.set(one.change, one.asked);
    const refusals = asked.size === 0 ? [] : this.#make(asked);
    this.#settle(plan, refusals);
    return refusals;
  }

  /** A refusal names the change that was asked for, also where only a part of it was made. */
  #make(asked: ReadonlyMap<Change, Change>): DriverError[] {
    return this.#driver.apply([...asked.keys()]).map((error) => {
      const change = asked.get(error.change) ?? error.change;
      return change === error.change ? error : new DriverError(change, error.code, error.message);
    });
  }

  #plan(changes: readonly Change[], fresh: Map<string, Note>): Planned[] {
    const { notes, made } = this.#notebook;
    const sight: Sight = {
      notes,
      made,
      marks: this.#marks,
      others: once(() => this.#notebook.others()),
      link: this.#linkFinder(),
    };
    return changes.map((asked) => {
      if (asked.change === "addMacvlan") made.add(asked.interfaceName);
      const effect = effectOf(asked, sight);
      const keys = effect.notes.map(noteKey);
      const newKeys = keys.filter((key, index) => {
        const note = effect.notes[index];
        if (note === undefined || sameNote(fresh.get(key) ?? notes.get(key), note)) return false;
        fresh.set(key, note);
        return !notes.has(key);
      });
      return { ...effect, asked, keys, newKeys };
    });
  }

  #linkFinder(): (ifindex: number) => LinkInfo | undefined {
    const links = once(() => this.#driver.links());
    return (ifindex) => links().find(({ index }) => index === ifindex);
  }

  /** The last word on each thing counts: what was removed may have been added again since. */
  #settle(plan: readonly Planned[], refusals: readonly DriverError[]): void {
    const refused = new Map(refusals.map((error) => [error.change, error]));
    const over = new Set<string>();
    for (const { asked, keys, newKeys, undoes } of plan) {
      const error = refused.get(asked);
      const undone = error === undefined || isGone(error) ? undoes : [];
      // Where one link of a group is refused, others may have been made.
      const notMade = error === undefined || asked.change === "addMacvlan" ? [] : newKeys;
      for (const key of [...undone, ...notMade]) over.add(key);
      if (error === undefined) keys.forEach((key) => over.delete(key));
    }
    if (over.size > 0) this.#notebook.strike([...over]);
  }

  links() {
    return this.#driver.links();
  }

  addresses() {
    return this.#driver.addresses();
  }

  routes(filter?: { readonly protocol: number }) {
    return this.#driver.routes(filter);
  }

  [Symbol.dispose](): void {
    this.#driver[Symbol.dispose]();
  }
}

function isGone(error: DriverError): boolean {
  return isSoAlready(error) || error.code === "ENODEV";
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
