import type { Family } from "../base/ip.ts";
import { type Change, type Driver, settingChanges } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import { type LinkInfo, settingsOf } from "../wire/rtnetlink.ts";
import { isIpv6SettingName, type SettingName, type Settings } from "../wire/rtnetlink_settings.ts";
import type { InterfaceTable } from "./interfaces.ts";

interface Kept {
  /**
   * Which of the links that have had this index, and which of its lives with each family: the next
   * one starts with settings of its own.
   */
  readonly generations: Readonly<Record<Family, number>>;
  readonly before: Settings;
  readonly ours: Settings;
}

/** Settings that a link does not know: it has no IPv6, for example. */
interface Unknown {
  /** What the link was like; before that changes it does not get to know them. */
  readonly stage: string;
  readonly names: ReadonlySet<SettingName>;
}

/** Changes settings of interfaces that are not ours, and puts back what was there. */
export class LinkSettings {
  readonly #driver: Driver;
  readonly #table: InterfaceTable;
  readonly #log: Log;
  readonly #kept = new Map<number, Kept>();
  readonly #unknown = new Map<number, Unknown>();

  constructor(parts: { driver: Driver; table: InterfaceTable; log: Log }) {
    this.#driver = parts.driver;
    this.#table = parts.table;
    this.#log = parts.log;
  }

  /**
   * Sets `wanted` on `link` and notes what was there; done once for each link and setting. Gives
   * what those settings that it has set now were before.
   */
  keep(link: LinkInfo, wanted: Settings): Settings {
    const kept = this.#keptOf(link);
    const unknown = this.#unknownOf(link);
    const missing = settingNames(wanted).filter((name) => {
      return kept?.ours[name] === undefined && !unknown.names.has(name);
    });
    if (missing.length === 0) return {};
    // A setting changes without a notification: what is known of it may be old.
    const present = this.#driver.links().find(({ index }) => index === link.index);
    if (present === undefined) return {};
    const values = settingsOf(present);
    const names = missing.filter((name) => values[name] !== undefined);
    this.#unknown.set(link.index, {
      ...unknown,
      names: unknown.names.union(new Set(missing).difference(new Set(names))),
    });
    if (names.length === 0) return {};
    const before = pick(values, names);
    this.#kept.set(link.index, {
      generations: { 4: this.#table.removals(link.index), 6: this.#table.removals(link.index, 6) },
      before: { ...before, ...kept?.before },
      ours: { ...kept?.ours, ...pick(wanted, names) },
    });
    this.#apply(changesOf(link, pick(wanted, names)));
    return before;
  }

  /** The kernel gives a link IPv6 when it comes up, or when its MTU is large enough. */
  #unknownOf({ index, mtu, adminUp }: LinkInfo): Unknown {
    const generations = [this.#table.removals(index), this.#table.removals(index, 6)];
    const stage = [...generations, mtu, adminUp].join(" ");
    const unknown = this.#unknown.get(index);
    return unknown?.stage === stage ? unknown : { stage, names: new Set() };
  }

  #keptOf({ index }: LinkInfo): Kept | undefined {
    const kept = this.#kept.get(index);
    if (kept?.generations[4] !== this.#table.removals(index)) return undefined;
    if (kept.generations[6] === this.#table.removals(index, 6)) return kept;
    return { ...kept, before: withoutIpv6(kept.before), ours: withoutIpv6(kept.ours) };
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
        .filter((name) => settingsOf(link)[name] === kept.ours[name]);
      return changesOf(link, pick(kept.before, still));
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

function changesOf(
  { index: ifindex, name: interfaceName }: LinkInfo,
  settings: Settings,
): Change[] {
  return settingChanges({ ifindex, interfaceName }, settings);
}

function settingNames(settings: Settings): SettingName[] {
  return Object.keys(settings) as SettingName[];
}

function withoutIpv6(settings: Settings): Settings {
  return pick(settings, settingNames(settings).filter((name) => !isIpv6SettingName(name)));
}

function pick(settings: Settings, names: readonly SettingName[]): Settings {
  return Object.fromEntries(names.map((name) => [name, settings[name] ?? 0]));
}
