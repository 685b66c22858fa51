import { type Change, type Driver, unexpected } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { Ipv4SettingName, Ipv4Settings, LinkInfo } from "../wire/rtnetlink.ts";

interface Kept {
  readonly name: string;
  readonly before: Ipv4Settings;
  readonly ours: Ipv4Settings;
}

/** Changes settings of interfaces that are not ours, and puts back what was there. */
export class LinkSettings {
  readonly #driver: Driver;
  readonly #log: Log;
  readonly #kept = new Map<number, Kept>();

  constructor({ driver, log }: { driver: Driver; log: Log }) {
    this.#driver = driver;
    this.#log = log;
  }

  /** Sets `wanted` on `link` and notes what was there; done once for each link. */
  keep(link: LinkInfo, wanted: Ipv4Settings): void {
    if (this.#kept.has(link.index) || link.ipv4Settings === undefined) return;
    const names = settingNames(wanted);
    const before = pick(link.ipv4Settings, names);
    this.#kept.set(link.index, { name: link.name, before, ours: wanted });
    this.#apply([change(link, wanted)]);
  }

  /** Puts back what is still as we set it: what somebody changed since then stays. */
  restore(): void {
    const present = this.#driver.links();
    const changes = present.flatMap((link): Change[] => {
      const kept = this.#kept.get(link.index);
      if (kept === undefined) return [];
      const still = settingNames(kept.ours)
        .filter((name) => link.ipv4Settings?.[name] === kept.ours[name]);
      return still.length === 0 ? [] : [change(link, pick(kept.before, still))];
    });
    this.#kept.clear();
    this.#apply(changes);
  }

  #apply(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    for (const error of unexpected(this.#driver.apply(changes), ["ENODEV"])) {
      this.#log.error(error.message);
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
