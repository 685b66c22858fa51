import assert from "node:assert/strict";
import type { ReadTextFile } from "../../src/config/secret_file.ts";
import { type Fault, formatFault } from "../../src/config/fault.ts";
import { loadConfig, type LoadedConfig } from "../../src/config/load.ts";
import type { DaemonConfig, VirtualRouterConfig } from "../../src/config/types.ts";

/** A virtual router with just what is required. */
export const ROUTER = { group: 1, interface: "eth0", vip: "10.9.0.1" };

export function loadToml(text: string, readTextFile?: ReadTextFile): LoadedConfig {
  return loadConfig({ text, fileName: "rvrrpd.conf", format: "toml", readTextFile });
}

/** Loads a configuration given as a value. */
export function loadValue(value: unknown, readTextFile?: ReadTextFile): LoadedConfig {
  const text = JSON.stringify(value);
  return loadConfig({ text, fileName: "rvrrpd.json", format: "json", readTextFile });
}

/** Loads one virtual router: the required keys with `keys` over them. */
export function loadRouter(keys: object, readTextFile?: ReadTextFile): LoadedConfig {
  return loadValue({ vrouter: [{ ...ROUTER, ...keys }] }, readTextFile);
}

export function onlyRouter(loaded: LoadedConfig): VirtualRouterConfig {
  const [router] = resolved(loaded).routers;
  assert(router !== undefined);
  return router;
}

export function resolved(loaded: LoadedConfig): DaemonConfig {
  assert.deepEqual(loaded.faults, []);
  assert(loaded.config !== undefined);
  return loaded.config;
}

export function lines(faults: readonly Fault[]): string[] {
  return faults.map((fault) => formatFault(fault, "rvrrpd.conf"));
}

export function paths(faults: readonly Fault[]): string[] {
  return faults.map((fault) => fault.path);
}
