import type { Change, Driver } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { Ipv4SettingName, Ipv4Settings, LinkInfo } from "../wire/rtnetlink.ts";
import type { InterfaceTable } from "./interfaces.ts";

interface Kept {
  /** Which of the links that have had this index: its successor starts with settings of its own. */
  readonly generation: number;
  readonly before: Ipv4Settings;
  readonly ours: Ipv4Settings;
}

/** Changes settings of interfaces that are not ours, and puts back what was there. */
export class LinkSettings {
  readonly #driver: Driver;
  readonly #table: InterfaceTable;
  readonly #log: Log;
  readonly #kept = new Map<number, Kept>();

  constructor(parts: { driver: Driver; table: InterfaceTable; log: Log }) {
    this.#driver = parts.driver;
    this.#table = parts.table;
    this.#log = parts.log;
  }

  /**
   * Sets `wanted` on `link` and notes what was there; done once for each link and setting. Gives
   * what those settings that it has set now were before.
   */
  keep(link: LinkInfo, wanted: Ipv4Settings): Ipv4Settings {
    const kept = this.#keptOf(link);
    const names = settingNames(wanted).filter((name) => kept?.ours[name] === undefined);
    if (names.length === 0) return {};
    // A setting changes without a notification: what is known of it may be old.
    const present = this.#driver.links().find(({ index }) => index === link.index);
    if (present?.ipv4Settings === undefined) return {};
    const before = pick(present.ipv4Settings, names);
    this.#kept.set(link.index, {
      generation: this.#table.removals(link.index),
      before: { ...before, ...kept?.before },
      ours: { ...kept?.ours, ...pick(wanted, names) },
    });
    this.#apply([change(link, pick(wanted, names))]);
    return before;
  }

  #keptOf({ index }: LinkInfo): Kept | undefined {
    const kept = this.#kept.get(index);
    return kept?.generation === this.#table.removals(index) ? kept : undefined;
  }

  /** Puts back what is still as we set it: what somebody changed since then stays. */
  restore(): void {
    this.#restore(this.#driver.links());
    this.#kept.clear();
  }

  /** The same for one interface. */
  release(ifindex: number): void {
    if (!this.#kept.has(ifindex)) return;
    this.#restore(this.#driver.links().filter(({ index }) => index === ifindex));
    this.#kept.delete(ifindex);
  }

  #restore(present: readonly LinkInfo[]): void {
    const changes = present.flatMap((link): Change[] => {
      const kept = this.#keptOf(link);
      if (kept === undefined) return [];
      const still = settingNames(kept.ours)
        .filter((name) => link.ipv4Settings?.[name] === kept.ours[name]);
      return still.length === 0 ? [] : [change(link, pick(kept.before, still))];
    });
    this.#apply(changes);
  }

  #apply(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    for (const error of this.#driver.apply(changes)) {
      if (error.code !== "ENODEV") this.#log.error(error.message);
    }
  }
}

function change(link: LinkInfo, settings: Ipv4Settings): Change {
  return { change: "setIpv4", ifindex: link.index, interfaceName: link.name, settings };
}

function settingNames(settings: Ipv4Settings): Ipv4SettingName[] {
  return Object.keys(settings) as Ipv4SettingName[];
}

function pick(settings: Ipv4Settings, names: readonly Ipv4SettingName[]): Ipv4Settings {
  return Object.fromEntries(names.map((name) => [name, settings[name] ?? 0]));
}
