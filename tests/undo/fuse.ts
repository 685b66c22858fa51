import type { Change, Driver, DriverError } from "../../src/drivers/driver.ts";
import type { StateFile, StateFiles } from "../../src/runtime/undo/state_directory.ts";

/** The engine plays take-overs on an interface that does not exist, as often as it finds the time. */
const REHEARSAL = /"rehearsal"| 2147483646 /;

/** Ends the process by SIGKILL at its n-th step; 0 for never. */
export class Fuse {
  readonly #killAt: number;
  #steps = 0;

  constructor(killAt: number) {
    this.#killAt = killAt;
  }

  get steps(): number {
    return this.#steps;
  }

  /** `last` is done just before the end: half of what was under way, for example. */
  step(last: () => void = () => {}): void {
    if (++this.#steps !== this.#killAt) return;
    last();
    Deno.kill(Deno.pid, "SIGKILL");
  }
}

/** Makes a batch change by change, with a step before each. */
export class MinedDriver implements Driver {
  readonly #driver: Driver;
  readonly #fuse: Fuse;

  constructor(driver: Driver, fuse: Fuse) {
    this.#driver = driver;
    this.#fuse = fuse;
  }

  get name() {
    return this.#driver.name;
  }

  get cannot() {
    return this.#driver.cannot;
  }

  apply(changes: readonly Change[]): readonly DriverError[] {
    return changes.flatMap((change) => {
      if (!REHEARSAL.test(JSON.stringify(change))) this.#fuse.step();
      return this.#driver.apply([change]);
    });
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

/** Steps before a file is made, before and in the middle of each write, and before it is removed. */
export class MinedFiles implements StateFiles {
  readonly #files: StateFiles;
  readonly #fuse: Fuse;

  constructor(files: StateFiles, fuse: Fuse) {
    this.#files = files;
    this.#fuse = fuse;
  }

  get path(): string {
    return this.#files.path;
  }

  lock(patienceMs: number): Disposable | undefined {
    return this.#files.lock(patienceMs);
  }

  names(): readonly string[] {
    return this.#files.names();
  }

  create(name: string): StateFile {
    this.#fuse.step();
    const file = this.#files.create(name);
    return {
      append: (text) => {
        if (!REHEARSAL.test(text)) {
          this.#fuse.step();
          this.#fuse.step(() => file.append(text.slice(0, text.length / 2)));
        }
        file.append(text);
      },
      [Symbol.dispose]: () => file[Symbol.dispose](),
    };
  }

  inspect(name: string) {
    return this.#files.inspect(name);
  }

  remove(name: string): void {
    this.#fuse.step();
    this.#files.remove(name);
  }

  setAside(name: string): string {
    this.#fuse.step();
    return this.#files.setAside(name);
  }

  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
  }
}
