import { formatPrefix, type IpPrefix } from "../../base/ip.ts";
import type { TrackingConfig } from "../../config/types.ts";
import type { Router, TrackOutcome } from "../router.ts";
import { type Reading, sameShare, type Share, shareOf } from "./share.ts";

/** What all tracked things together now do to one virtual router, and which of them have changed. */
export interface Change {
  readonly router: Router;
  readonly outcome: TrackOutcome;
  /** Such as `interface eth1 is down (weight -20)`. */
  readonly causes: readonly string[];
}

/** Where nothing that is tracked has changed, but what is tracked. */
const BY_CONFIGURATION = "its configuration";

/** One thing that virtual routers follow; it has one reading for all of them. */
interface Thing {
  readonly name: ThingName;
  readonly followers: { readonly router: Router; readonly weight: number }[];
  reading: Reading | undefined;
  /** What stands after the name: `is down`. */
  words: string;
}

interface Followed {
  readonly thing: Thing;
  readonly weight: number;
}

/** As logs call it. */
export type ThingName = `${"interface" | "route" | "file" | "script"} ${string}`;

export function routeName(destination: IpPrefix): ThingName {
  return `route ${formatPrefix(destination)}`;
}

/** What a configuration tracks, by name, with the weights. */
function tracked(config: TrackingConfig): { readonly name: ThingName; readonly weight: number }[] {
  return [
    ...config.interfaces.map((
      { name, weight },
    ) => ({ name: `interface ${name}`, weight } as const)),
    ...config.routes.map(({ destination, weight }) => ({ name: routeName(destination), weight })),
    ...config.files.map(({ path, weight }) => ({ name: `file ${path}`, weight } as const)),
    ...config.scripts.map(({ name, weight }) => ({ name: `script ${name}`, weight } as const)),
  ];
}

/**
 * The readings of all tracked things, and who follows them. A thing that changes costs something
 * for its followers only, and for each of them once, however much has changed.
 */
export class Board {
  #things = new Map<ThingName, Thing>();
  #followed = new Map<Router, readonly Followed[]>();
  readonly #causes = new Map<Router, string[]>();

  /** Goes on with what these follow; readings of things that are still followed stay. */
  replace(routers: readonly Router[]): void {
    const before = this.#things;
    this.#things = new Map();
    this.#followed = new Map(routers.map((router) => [router, this.#follow(router, before)]));
    this.#causes.clear();
    for (const [router, followed] of this.#followed) this.#causes.set(router, standing(followed));
  }

  #follow(router: Router, before: ReadonlyMap<ThingName, Thing>): readonly Followed[] {
    return tracked(router.config.tracking).map(({ name, weight }) => {
      const { reading, words = "" } = before.get(name) ?? {};
      const thing = this.#things.get(name) ?? { name, followers: [], reading, words };
      this.#things.set(name, thing);
      thing.followers.push({ router, weight });
      return { thing, weight };
    });
  }

  /** Takes a reading in; does nothing for what nobody follows. */
  note(name: ThingName, reading: Reading, words: string): void {
    const thing = this.#things.get(name);
    if (thing === undefined || thing.reading === reading) return;
    const before = thing.reading;
    Object.assign(thing, { reading, words });
    for (const { router, weight } of thing.followers) {
      const share = shareOf(reading, weight);
      if (sameShare(share, shareOf(before, weight))) continue;
      const causes = this.#causes.get(router) ?? [];
      causes.push(causeText(thing, weight));
      this.#causes.set(router, causes);
    }
  }

  /** Whether {@linkcode take} has something to say. */
  get hasNews(): boolean {
    return this.#causes.size > 0;
  }

  /**
   * What has become of virtual routers since the last time, for `limit` of them at most; each is to
   * be told its outcome.
   */
  take(limit = Infinity): readonly Change[] {
    const changes: Change[] = [];
    for (const [router, causes] of this.#causes) {
      if (changes.length >= limit) break;
      this.#causes.delete(router);
      const outcome = outcomeOf(this.#followed.get(router) ?? []);
      if (sameOutcome(outcome, router.tracked)) continue;
      changes.push({ router, outcome, causes: causes.length > 0 ? causes : [BY_CONFIGURATION] });
    }
    return changes;
  }
}

/** Why things are as they are, for one that has just begun to follow them. */
function standing(followed: readonly Followed[]): string[] {
  return followed.filter(({ thing, weight }) => {
    const { adjustment, fails } = shareOf(thing.reading, weight);
    return adjustment !== 0 || fails;
  }).map(({ thing, weight }) => causeText(thing, weight));
}

function causeText({ name, words }: Thing, weight: number): string {
  return `${name} ${words} (weight ${weight})`;
}

function outcomeOf(followed: readonly Followed[]): TrackOutcome {
  const shares = followed.map(({ thing, weight }) => ({
    thing,
    ...shareOf(thing.reading, weight),
  }));
  const down = names(shares, ({ fails }) => fails);
  const awaits = names(shares, ({ awaited }) => awaited);
  return {
    adjustment: shares.reduce((sum, { adjustment }) => sum + adjustment, 0),
    ...(down === "" ? {} : { down }),
    ...(awaits === "" ? {} : { awaits }),
  };
}

type ThingShare = Share & { readonly thing: Thing };

function names(shares: readonly ThingShare[], applies: (share: Share) => boolean): string {
  return shares.filter(applies).map(({ thing }) => thing.name).join(" and ");
}

function sameOutcome(one: TrackOutcome, other: TrackOutcome): boolean {
  return one.adjustment === other.adjustment && one.down === other.down &&
    one.awaits === other.awaits;
}
