import { assert } from "../base/assert.ts";
import type { Driver, DriverName } from "./driver.ts";
import { NetlinkDriver } from "./netlink.ts";
import { openDriver } from "./open.ts";

export interface DriversOptions {
  /** What the virtual routers ask for, in any order and number. */
  readonly names: Iterable<DriverName>;
  /** Takes one line for each driver that netlink has to stand in for. */
  readonly warn: (line: string) => void;
  /** {@linkcode openDriver} where it is absent. */
  readonly open?: typeof openDriver;
}

/** One driver of each kind that is in use, and netlink. */
export class Drivers implements Disposable {
  readonly #byName: Map<DriverName, Driver>;
  /** For what belongs to no single virtual router: links, settings, lists, common routes. */
  readonly links: Driver;
  readonly #owned: DisposableStack;
  readonly #openMissing: (name: DriverName) => Driver;

  private constructor(parts: {
    readonly byName: Map<DriverName, Driver>;
    readonly links: Driver;
    readonly owned: DisposableStack;
    readonly openMissing: (name: DriverName) => Driver;
  }) {
    this.#byName = parts.byName;
    this.links = parts.links;
    this.#owned = parts.owned;
    this.#openMissing = parts.openMissing;
  }

  /** Throws like {@linkcode openDriver}. */
  static open({ names, warn, open = openDriver }: DriversOptions): Drivers {
    using owned = new DisposableStack();
    const netlink = owned.use(new NetlinkDriver());
    const byName = new Map<DriverName, Driver>([["netlink", netlink]]);
    const kept = new DisposableStack();
    const openMissing = (name: DriverName) => {
      const opened = open(name);
      if (!opened.ok) warn(`${opened.error}; netlink runs in place of ${name}`);
      return opened.ok ? kept.use(opened.value) : netlink;
    };
    owned.use(kept);
    const wanted = new Set(names);
    for (const name of wanted) if (!byName.has(name)) byName.set(name, openMissing(name));
    const libnl = wanted.has("netlink") ? undefined : byName.get("libnl");
    return new Drivers({ byName, links: libnl ?? netlink, owned: owned.move(), openMissing });
  }

  /** Opens those that are not open yet. Throws like {@linkcode openDriver}. */
  require(names: Iterable<DriverName>): void {
    for (const name of new Set(names)) {
      if (!this.#byName.has(name)) this.#byName.set(name, this.#openMissing(name));
    }
  }

  of(name: DriverName): Driver {
    const driver = this.#byName.get(name);
    assert(driver !== undefined, `${name} is among the drivers that were asked for`);
    return driver;
  }

  /** The same drivers, each behind a guard of its own; they are closed with these, not with those. */
  guarded(guard: (driver: Driver) => Driver): Drivers {
    const distinct = new Set(this.#byName.values());
    const guards = new Map(Array.from(distinct, (driver) => [driver, guard(driver)]));
    const behind = (driver: Driver) => guards.get(driver) ?? driver;
    const byName = new Map(Array.from(this.#byName, ([name, driver]) => [name, behind(driver)]));
    const openMissing = (name: DriverName) => {
      this.require([name]);
      const driver = this.of(name);
      return guards.get(driver) ?? guard(driver);
    };
    const owned = new DisposableStack();
    return new Drivers({ byName, links: behind(this.links), owned, openMissing });
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
