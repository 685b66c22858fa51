import { assert } from "../../src/base/assert.ts";
import { ip } from "../../src/base/ip.ts";
import { type MacAddress, parseMac } from "../../src/base/mac.ts";
import { initialState, step } from "../../src/vrrp/machine.ts";
import type {
  BackupState,
  HeardAdvert,
  LinkFacts,
  MasterState,
  RouterConfig,
  RouterEvent,
  RouterState,
} from "../../src/vrrp/types.ts";

/** A number that is no multiple of any interval, so that a schedule cannot be right by chance. */
export const NOW_MS = 100_250;

export function mac(text: string): MacAddress {
  const address = parseMac(text);
  assert(address !== undefined, `"${text}" is no MAC address`);
  return address;
}

/** Priority 100, one second, one address, no delays: what differs is the test's own subject. */
export function config(differences: Partial<RouterConfig> = {}): RouterConfig {
  return {
    version: 2,
    family: 4,
    vrid: 7,
    priority: 100,
    preempt: true,
    preemptDelayMs: 0,
    advertIntervalMs: 1000,
    addresses: [ip("10.9.0.100")],
    auth: { type: "none" },
    checkAddresses: "auto",
    checksum: "auto",
    rfc3768: true,
    announcements: { repeat: 5, delayMs: 5000, refreshMs: 0 },
    startupDelayMs: 0,
    ...differences,
  };
}

export function facts(differences: Partial<LinkFacts> = {}): LinkFacts {
  return { source: ip("10.9.0.5"), mac: mac("02:00:00:00:00:05"), owner: false, ...differences };
}

export function heard(differences: Partial<HeardAdvert> = {}): HeardAdvert {
  return {
    priority: 100,
    intervalMs: 1000,
    from: ip("10.9.0.9"),
    fromMac: mac("02:00:00:00:00:09"),
    ...differences,
  };
}

export function advert(differences: Partial<HeardAdvert> = {}): RouterEvent {
  return { kind: "advert", advert: heard(differences) };
}

export function linkReady(differences: Partial<LinkFacts> = {}): RouterEvent {
  return { kind: "linkReady", facts: facts(differences) };
}

export const TIMER: RouterEvent = { kind: "timer" };
export const STOP: RouterEvent = { kind: "stop" };
export const LINK_DOWN: RouterEvent = { kind: "linkFault", reason: "interfaceDown" };

/** The state after a start at {@linkcode NOW_MS}: Backup, or Master where the facts name an owner. */
export function started(
  routerConfig: RouterConfig,
  linkFacts: Partial<LinkFacts> = {},
): RouterState {
  const init = initialState(routerConfig, NOW_MS);
  return step(routerConfig, init, linkReady(linkFacts), NOW_MS).state;
}

/** A Backup that has just started and whose timer therefore ends one Master-Down interval later. */
export function backup(routerConfig: RouterConfig = config()): BackupState {
  const state = started(routerConfig);
  assert(state.name === "Backup", `a start without ownership gives Backup, not ${state.name}`);
  return state;
}

/** A Master since {@linkcode NOW_MS}; the next advertisement is due 750 ms later. */
export function master(
  routerConfig: RouterConfig = config(),
  linkFacts: Partial<LinkFacts> = {},
): MasterState {
  const backupState = started(routerConfig, linkFacts);
  const state = backupState.name === "Backup"
    ? step(routerConfig, { ...backupState, masterDownAtMs: NOW_MS }, TIMER, NOW_MS).state
    : backupState;
  assert(state.name === "Master", `a Backup whose timer ran out is Master, not ${state.name}`);
  return state;
}
