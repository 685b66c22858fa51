import {
  type Change,
  isSameRoute,
  joinKeys,
  type Obstacle,
  placeOf,
  type RawTable,
  type RouterPlace,
  withKeys,
} from "./changes.ts";

type RouterChange = Extract<Change, { what: `${string}Router` }>;
type RouteChange = Extract<Change, { what: `${string}Route` }>;

/**
 * The changes that have the same effect as all of `changes` and then `latest`, without what is of no
 * effect any more: who changes one thing again and again makes them grow no longer. `obstacles` are
 * those of `changes`. A change that cannot be made at the moment stays as it is: the file may have
 * got or lost what it is about, and may do so again.
 */
export function foldChange(
  changes: readonly Change[],
  { latest, obstacles }: {
    readonly latest: Change;
    readonly obstacles: readonly (Obstacle | undefined)[];
  },
): readonly Change[] {
  const at = changes.findLastIndex((one) => concernsSame(one, latest));
  const earlier = changes[at];
  if (earlier === undefined || obstacles[at] !== undefined) return [...changes, latest];
  const folded = foldTwo(earlier, latest);
  switch (folded) {
    case "both":
      return [...changes, latest];
    case "neither":
      return changes.toSpliced(at, 1);
    case "latest":
      return foldChange(changes.toSpliced(at, 1), {
        latest,
        obstacles: obstacles.toSpliced(at, 1),
      });
    default:
      return changes.toSpliced(at, 1, folded);
  }
}

/** One change in place of two, or which of them are still needed. */
function foldTwo(earlier: Change, latest: Change): Change | "both" | "neither" | "latest" {
  if (isOfRouter(earlier) && isOfRouter(latest)) {
    return isExactlyAt(earlier, latest) ? foldRouters(earlier, latest) : "both";
  }
  return isOfRouter(earlier) || isOfRouter(latest) ? "both" : foldRoutes(earlier, latest);
}

function foldRouters(earlier: RouterChange, latest: RouterChange): ReturnType<typeof foldTwo> {
  if (latest.what === "addRouter" || earlier.what === "deleteRouter") return "both";
  if (latest.what === "deleteRouter") return earlier.what === "addRouter" ? "neither" : "latest";
  return earlier.what === "addRouter"
    ? { ...earlier, table: withKeys(earlier.table, latest.keys) }
    : { ...earlier, keys: joinKeys(earlier.keys, latest.keys) };
}

function foldRoutes(earlier: RouteChange, latest: RouteChange): ReturnType<typeof foldTwo> {
  if (latest.what === "addRoute" || earlier.what === "deleteRoute") return "both";
  if (latest.what === "deleteRoute") return earlier.what === "addRoute" ? "neither" : "latest";
  return { ...earlier, table: latest.table };
}

/** Whether the order of the two matters, as far as can be told without the configuration. */
function concernsSame(one: Change, other: Change): boolean {
  if (isOfRouter(one) && isOfRouter(other)) {
    return placesOf(one).some((place) => placesOf(other).some((another) => isNear(place, another)));
  }
  return !isOfRouter(one) && !isOfRouter(other) && isSameRoute(one.table, other.table);
}

function isOfRouter(change: Change): change is RouterChange {
  return change.what === "addRouter" || change.what === "setRouter" ||
    change.what === "deleteRouter";
}

/** Where a change finds its virtual router, and where that is afterwards. */
function placesOf(change: RouterChange): readonly RouterPlace[] {
  if (change.what === "addRouter") return [placeOf(change.table)];
  return change.what === "setRouter"
    ? [change.router, placeAfter(change.router, change.keys)]
    : [change.router];
}

function placeAfter(router: RouterPlace, keys: RawTable): RouterPlace {
  const { group, interface: name, family } = placeOf({ ...router, ...keys });
  return { group, interface: name, family: "vip" in keys ? family : router.family };
}

function isNear(one: RouterPlace, other: RouterPlace): boolean {
  return one.group === other.group && one.interface === other.interface;
}

/** Neither of them moves the virtual router, and both name it by the same words. */
function isExactlyAt(earlier: RouterChange, latest: RouterChange): boolean {
  const [first, ...more] = [...placesOf(earlier), ...placesOf(latest)];
  return first !== undefined &&
    more.every((place) => isNear(first, place) && first.family === place.family);
}
