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
  readonly #byName: ReadonlyMap<DriverName, Driver>;
  /** For what belongs to no single virtual router: links, settings, lists, common routes. */
  readonly links: Driver;
  readonly #owned: DisposableStack;

  private constructor(
    byName: ReadonlyMap<DriverName, Driver>,
    links: Driver,
    owned: DisposableStack,
  ) {
    this.#byName = byName;
    this.links = links;
    this.#owned = owned;
  }

  /** Throws like {@linkcode openDriver}. */
  static open({ names, warn, open = openDriver }: DriversOptions): Drivers {
    using owned = new DisposableStack();
    const netlink = owned.use(new NetlinkDriver());
    const byName = new Map<DriverName, Driver>([["netlink", netlink]]);
    const wanted = new Set(names);
    for (const name of wanted) {
      if (byName.has(name)) continue;
      const opened = open(name);
      if (!opened.ok) warn(`${opened.error}; netlink runs in place of ${name}`);
      byName.set(name, opened.ok ? owned.use(opened.value) : netlink);
    }
    const libnl = wanted.has("netlink") ? undefined : byName.get("libnl");
    return new Drivers(byName, libnl ?? netlink, owned.move());
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
    return new Drivers(byName, behind(this.links), new DisposableStack());
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
