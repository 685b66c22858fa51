import { checkedAddress } from "./addresses.ts";
import type { ConfigDraft, RouterDraft } from "./drafts.ts";
import { formatPath } from "./key_path.ts";
import { routerFamily } from "./rules_router.ts";
import type { RawRoute } from "./schema_route.ts";
import type { RawRouter } from "./schema_vrouter.ts";

/*
 * What this version reads and checks but cannot do yet, in one place: a feature that arrives takes
 * its row out of here. Keys without which a virtual router would be unsafe or alone on its network
 * keep it in Fault instead (UNSUPPORTED).
 */

const UNSUPPORTED: readonly {
  readonly applies: (router: RouterDraft) => boolean;
  readonly what: (keys: Partial<RawRouter>) => string;
}[] = [
  {
    applies: (router) => router.keys.version === 3 || routerFamily(router) === 6,
    what: () => "version = 3",
  },
  { applies: ({ keys }) => keys.accept === false, what: () => "accept = false" },
];

/** Why this version cannot run the virtual router, or `undefined` where it can. */
export function unsupportedReason(router: RouterDraft): string | undefined {
  const row = UNSUPPORTED.find(({ applies }) => applies(router));
  return row && `${row.what(router.keys)} does not work in this version`;
}

/** One line for each thing that is in the configuration and will not happen. */
export function pendingFeatures(config: ConfigDraft): string[] {
  const keys = [...pendingTables(config), ...config.routers.flatMap(pendingKeys)];
  return [
    ...keys.map((key) => `${key} is accepted but not acted on in this version`),
    ...config.routers.flatMap(faultLine),
  ];
}

function pendingTables({ routes }: ConfigDraft): string[] {
  return routes.filter(({ keys }) => isIpv6(keys)).map(({ at }) => formatPath(at));
}

function pendingKeys({ at, keys }: RouterDraft): string[] {
  return (["routes", "track_route"] as const).flatMap((key) =>
    (keys[key] ?? []).flatMap((route, index) =>
      isIpv6(route) ? [formatPath([...at, key, index])] : []
    )
  );
}

function isIpv6({ route }: Partial<RawRoute>): boolean {
  return route !== undefined && checkedAddress(route).address.family === 6;
}

function faultLine(router: RouterDraft): string[] {
  const reason = unsupportedReason(router);
  return reason === undefined ? [] : [`${formatPath(router.at)} stays in Fault: ${reason}`];
}
