import {
  findRouters,
  type RouterName,
  type RouterSnapshot,
  type Snapshot,
} from "../runtime/snapshot.ts";
import type { RouterDetail, RouterRow } from "./answer_schemas.ts";
import { routerDetail, routerRow } from "./router_views.ts";
import type { ApiSettings } from "./settings.ts";

/*
 * Many clients are answered from one snapshot, so what is made of it is made once. All of it goes with
 * the snapshot: nothing here has to be thrown away.
 */

/** `make`, called once for each key that is alive. */
export function oncePer<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known.value;
    const value = make(key);
    made.set(key, { value });
    return value;
  };
}

const byGroup = oncePer(({ routers }: Snapshot) => Map.groupBy(routers, ({ group }) => group));

export function routersOfGroup(snapshot: Snapshot, group: number): readonly RouterSnapshot[] {
  return byGroup(snapshot).get(group) ?? [];
}

/** The virtual routers that `name` means, in whatever state they are: IPv4 before IPv6. */
export function routersNamed(snapshot: Snapshot, name: RouterName): readonly RouterSnapshot[] {
  return findRouters(routersOfGroup(snapshot, name.group), name);
}

export function rows(routers: readonly RouterSnapshot[], settings: ApiSettings): RouterRow[] {
  return routers.map((router) => ({ ...routerRow(router), ...originOf(router, settings) }));
}

/** Told only of those that are not as the file says: all others are as rVRRPd tells them. */
export function originOf(
  router: RouterSnapshot,
  { changedRouters }: ApiSettings,
): Pick<RouterRow, "origin"> {
  const isChanged = changedRouters.some((name) => findRouters([router], name).length > 0);
  return isChanged ? { origin: "api" } : {};
}

const rowsTexts = oncePer(({ routers }: Snapshot) =>
  oncePer((settings: ApiSettings) => JSON.stringify(rows(routers, settings)))
);

/** The rows of all virtual routers as JSON. */
export function allRowsText(snapshot: Snapshot, settings: ApiSettings): string {
  return rowsTexts(snapshot)(settings);
}

/** One virtual router whole. */
export function wholeRouter(router: RouterSnapshot, settings: ApiSettings): RouterDetail {
  return { ...routerDetail(router), ...originOf(router, settings) };
}

const eventTails = oncePer(({ routers }: Snapshot) =>
  oncePer((settings: ApiSettings): Uint8Array => {
    const whole = routers.map((router) => wholeRouter(router, settings));
    return new TextEncoder().encode(`${JSON.stringify(whole)}}\n\n`);
  })
);

/**
 * All virtual routers whole, as JSON in UTF-8, and the end of the object and of the event that have
 * them last. The bytes are everybody's: read them only.
 */
export function eventTail(snapshot: Snapshot, settings: ApiSettings): Uint8Array {
  return eventTails(snapshot)(settings);
}
