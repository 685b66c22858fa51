import { isDeepStrictEqual } from "node:util";
import type { VirtualRouterConfig } from "../config/types.ts";
import { keepDefaultNames } from "./kept_names.ts";
import type { Router } from "./router.ts";

/** A virtual router of the new configuration, and the one that runs it already. */
export interface Planned {
  readonly config: VirtualRouterConfig;
  readonly router?: Router;
}

export interface Difference {
  /** All that are wanted, in the new order. */
  readonly planned: readonly Planned[];
  /** Those that end: they are not wanted any more, or not in the place where they are. */
  readonly gone: readonly Router[];
}

/**
 * Compares what runs with what is wanted. A virtual router goes on, in its state, where only what
 * it says or how it behaves has changed; another place or other addresses make it another one.
 */
export function difference(
  routers: readonly Router[],
  configs: readonly VirtualRouterConfig[],
): Difference {
  const running = new Map(routers.map((router) => [identity(router.config), router]));
  const nameOf = (config: VirtualRouterConfig) => {
    const known = running.get(identity(config))?.config;
    return known?.choosesName ? undefined : known?.virtualInterface;
  };
  const planned = keepDefaultNames(configs, nameOf).map((config): Planned => {
    const router = running.get(identity(config));
    // One that has withdrawn is at its end, also where it is wanted again.
    if (router === undefined || router.state.name === "Down") return { config };
    if (!goesOn(router.config, config)) return { config };
    return { config, router };
  });
  const staying = new Set(planned.map(({ router }) => router));
  return { planned, gone: routers.filter((router) => !staying.has(router)) };
}

export function isUnchanged(router: Router, config: VirtualRouterConfig): boolean {
  return isDeepStrictEqual(router.config, config);
}

function identity({ interface: name, protocol: { vrid, family } }: VirtualRouterConfig): string {
  return `${family} ${vrid} ${name}`;
}

function goesOn(before: VirtualRouterConfig, after: VirtualRouterConfig): boolean {
  return isDeepStrictEqual(withoutBehaviour(before), withoutBehaviour(after));
}

/** What is left is where the virtual router lives, and for what addresses. */
function withoutBehaviour(config: VirtualRouterConfig): object {
  const { protocol, padFrames: _pad, routes: _routes, choosesName: _chooses, ...rest } = config;
  const { tracking: _tracking, notify: _notify, unicast: _unicast, ...others } = rest;
  const { accept: _accept, routerAdvert: _advert, ...place } = others;
  const { version, family, vrid, addresses } = protocol;
  return { ...place, protocol: { version, family, vrid, addresses } };
}
