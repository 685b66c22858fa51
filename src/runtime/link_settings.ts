import type { Change, Driver } from "../drivers/driver.ts";
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

  /** Sets `wanted` on `link` and notes what was there; done once for each link and setting. */
  keep(link: LinkInfo, wanted: Ipv4Settings): void {
    const kept = this.#kept.get(link.index);
    const names = settingNames(wanted).filter((name) => kept?.ours[name] === undefined);
    if (names.length === 0) return;
    // A setting changes without a notification: what is known of it may be old.
    const present = this.#driver.links().find(({ index }) => index === link.index);
    if (present?.ipv4Settings === undefined) return;
    const before = { ...pick(present.ipv4Settings, names), ...kept?.before };
    const ours = { ...kept?.ours, ...pick(wanted, names) };
    this.#kept.set(link.index, { name: link.name, before, ours });
    this.#apply([change(link, pick(wanted, names))]);
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
