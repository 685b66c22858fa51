import type { SeenAdvert, SeenClaim } from "../../tests/support/traffic.ts";
import { NotMeasurable } from "./not_measurable.ts";

/** A virtual router that moved, by the time stamps of the wire. */
export interface TakenOver {
  readonly vrid: number;
  /** When the Backup was to speak: the Master's last advertisement and the wait that follows it. */
  readonly dueMs: number;
  /** The Backup's first advertisement. */
  readonly advertMs: number;
  /** The first announcement of the virtual router's last address. */
  readonly announcedMs: number;
}

/** What advertisements of both versions have in common. */
export type ObservedAdvert = Pick<
  SeenAdvert,
  "tMs" | "vrid" | "priority" | "source" | "addresses"
>;

export interface Observed {
  readonly adverts: readonly ObservedAdvert[];
  /** Gratuitous ARPs or unsolicited neighbour advertisements. */
  readonly claims: readonly Pick<SeenClaim, "tMs" | "address">[];
}

export interface Change {
  /** Source addresses of the Master that went and of the Backup that came. */
  readonly from: string;
  readonly to: string;
  /** What the Backup has to wait after the Master's last advertisement. */
  readonly waitMs: number;
  readonly vrids: readonly number[];
}

/** Throws {@linkcode NotMeasurable} naming the virtual routers that did not move, or moved in silence. */
export function takeOvers({ adverts, claims }: Observed, change: Change): TakenOver[] {
  const advertsOf = Map.groupBy(adverts, ({ vrid }) => vrid);
  const claimsOf = Map.groupBy(claims, ({ address }) => address);
  const moved = change.vrids.flatMap((vrid) => {
    const own = advertsOf.get(vrid) ?? [];
    const last = own.findLast(({ source }) => source === change.from);
    if (last === undefined) return [];
    const isLater = ({ tMs }: { readonly tMs: number }) => tMs > last.tMs;
    const first = own.find((advert) => advert.source === change.to && isLater(advert));
    const announced = last.addresses.map((address) => claimsOf.get(address)?.find(isLater)?.tMs);
    if (first === undefined || !announced.every((tMs) => tMs !== undefined)) return [];
    const dueMs = last.tMs + change.waitMs;
    return [{ vrid, dueMs, advertMs: first.tMs, announcedMs: Math.max(...announced) }];
  });
  requireAll(change.vrids, new Set(moved.map(({ vrid }) => vrid)));
  return moved;
}

function requireAll(wanted: readonly number[], got: ReadonlySet<number>): void {
  const missing = wanted.filter((vrid) => !got.has(vrid));
  if (missing.length === 0) return;
  throw new NotMeasurable(
    `${missing.length} of ${wanted.length} virtual routers were not taken over and announced: ` +
      listed(missing),
  );
}

const MOST_LISTED = 10;

function listed(vrids: readonly number[]): string {
  const shown = vrids.slice(0, MOST_LISTED).join(", ");
  return vrids.length > MOST_LISTED ? `${shown} and so on` : shown;
}
