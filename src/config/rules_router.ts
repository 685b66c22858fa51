import { equalIp, type Family, formatIp, isLinkLocal } from "../base/ip.ts";
import { checkedAddress, unusableAddress, type WrittenAddress } from "./addresses.ts";
import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";

/** One byte of an advertisement counts them. */
const MAX_ADDRESSES = 255;
/** No advertisement is ever fragmented: one over IPv6 has to fit Ethernet's 1,500 bytes. */
const MAX_IPV6_ADDRESSES = { unsigned: 90, signed: 89 } as const;

/** The rules between the keys of one virtual router. */
export function checkRouter(router: RouterDraft, findings: Findings): void {
  checkAddresses(router, findings);
  checkDuplicates(router, findings);
  checkFamilies(router, findings);
  checkInterval(router, findings);
  checkVersionKeys(router, findings);
  checkInterfaceType(router, findings);
}

/** The family of the advertised addresses, or `undefined` where it cannot be told. */
export function routerFamily({ keys }: RouterDraft): Family | undefined {
  return advertised(keys.vip)[0]?.address.family;
}

function advertised(vip: string | readonly string[] | undefined): WrittenAddress[] {
  if (vip === undefined) return [];
  return (typeof vip === "string" ? [vip] : vip).map(checkedAddress);
}

/** Every address that is set on the interface, with the place where it is written. */
export function writtenAddresses({ at, keys }: RouterDraft) {
  const vips = advertised(keys.vip).map((written, index) => ({
    at: typeof keys.vip === "string" ? [...at, "vip"] : [...at, "vip", index],
    written,
  }));
  const excluded = (keys.excluded_vips ?? []).map((text, index) => ({
    at: [...at, "excluded_vips", index],
    written: checkedAddress(text),
  }));
  return [...vips, ...excluded];
}

function checkAddresses(router: RouterDraft, findings: Findings): void {
  for (const { at, written } of writtenAddresses(router)) {
    const shown = formatIp(written.address);
    const unusable = unusableAddress(written);
    if (unusable !== undefined) {
      findings.fault({
        at,
        problem: `${shown} ${unusable}`,
        hint: "a virtual address is one that a host can have",
      });
    } else if (written.prefixLength === 0) {
      findings.fault({
        at,
        problem: `${shown}/0 would route everything to the interface`,
        hint: "the length of the interface's network, or none",
      });
    }
  }
  checkMacvlanLengths(router, findings);
  checkCount(router, findings);
}

function checkCount(router: RouterDraft, findings: Findings): void {
  const { at, keys } = router;
  const distinct = new Set(advertised(keys.vip).map(({ address }) => formatIp(address)));
  const most = mostAddresses(router);
  if (distinct.size <= most) return;
  findings.fault({
    at: [...at, "vip"],
    problem: `has ${distinct.size} addresses`,
    hint: `${most} at most; excluded_vips are set with them, but not advertised`,
  });
}

function mostAddresses(router: RouterDraft): number {
  if (routerFamily(router) !== 6) return MAX_ADDRESSES;
  const signs = router.keys.auth_type === "hmac-sha256";
  return MAX_IPV6_ADDRESSES[signs ? "signed" : "unsigned"];
}

function checkMacvlanLengths(router: RouterDraft, findings: Findings): void {
  if (router.keys.iftype !== "macvlan") return;
  for (const { at, written } of writtenAddresses(router)) {
    const { address, prefixLength } = written;
    const whole = address.bytes.length * 8;
    if (prefixLength === undefined || prefixLength === whole) continue;
    // These lead only over their own interface, and have the length that all of them have.
    if (address.family === 6 && isLinkLocal(address)) continue;
    findings.warn({
      at,
      problem: `the length /${prefixLength} has no effect`,
      hint: `a macvlan always gets /${whole}, so that the parent keeps the route`,
    });
  }
}

function checkDuplicates(router: RouterDraft, findings: Findings): void {
  const all = writtenAddresses(router);
  for (const [index, { at, written }] of all.entries()) {
    const { address } = written;
    if (!all.slice(0, index).some((earlier) => equalIp(earlier.written.address, address))) continue;
    findings.warn({
      at,
      problem: `${formatIp(address)} is listed twice`,
      hint: "it counts once",
    });
  }
}

function checkFamilies({ at, keys }: RouterDraft, findings: Findings): void {
  const vips = advertised(keys.vip);
  const [first] = vips;
  if (first === undefined) return;
  const { address } = first;
  if (vips.some((vip) => vip.address.family !== address.family)) {
    findings.fault({
      at: [...at, "vip"],
      problem: "IPv4 and IPv6 addresses are mixed",
      hint: "one family a virtual router; excluded_vips may be of the other",
    });
  } else if (address.family === 6 && keys.version === 2) {
    findings.fault({
      at: [...at, "vip"],
      problem: `${formatIp(address)} is an IPv6 address, and version 2 has only IPv4`,
      hint: "version = 3",
    });
  } else if (address.family === 6 && keys.version === 3 && !isLinkLocal(address)) {
    findings.fault({
      at: [...at, "vip"],
      problem: `${formatIp(address)} is first, but not link-local`,
      hint: "the first IPv6 address must be one of fe80::/10 (RFC 9568 section 5.2.9)",
    });
  }
}

/** Version 2 counts whole seconds in one byte, version 3 centiseconds in 12 bits. */
function checkInterval({ at, keys }: RouterDraft, findings: Findings): void {
  const { timers, version } = keys;
  if (timers === undefined || version === undefined) return;
  const unitS = version === 2 ? 1 : 0.01;
  const maxUnits = version === 2 ? 255 : 4095;
  const units = timers.advert / unitS;
  // 0.07 / 0.01 is not quite 7 in binary fractions.
  const isWhole = Math.abs(units - Math.round(units)) < 1e-6;
  if (isWhole && Math.round(units) >= 1 && Math.round(units) <= maxUnits) return;
  findings.fault({
    at: [...at, "timers", "advert"],
    problem: `${timers.advert} is no interval of version ${version}`,
    hint: version === 2
      ? "whole seconds, 1 to 255; version 3 has shorter ones"
      : "0.01 to 40.95 in steps of 0.01",
  });
}

/** What one version or family alone has, in the configuration of another. */
function checkVersionKeys(router: RouterDraft, findings: Findings): void {
  const { at, keys } = router;
  if (keys.version === 3 && keys.rfc3768 === false) {
    findings.warn({
      at: [...at, "rfc3768"],
      problem: "false has no effect in version 3",
      hint: "rVRRPd has version 2 only",
    });
  }
  if (keys.v3_checksum === undefined || keys.v3_checksum === "auto") return;
  const where = keys.version === 2 ? "in version 2" : "over IPv6";
  if (keys.version === 3 && routerFamily(router) !== 6) return;
  findings.warn({
    at: [...at, "v3_checksum"],
    problem: `"${keys.v3_checksum}" has no effect ${where}`,
    hint: "only version 3 over IPv4 has two checksums",
  });
}

function checkInterfaceType({ at, keys }: RouterDraft, findings: Findings): void {
  if (keys.iftype === "macvlan" && keys.vmac === false) {
    findings.fault({
      at: [...at, "vmac"],
      problem: "false does not go with macvlan, which is there to carry the virtual MAC",
      hint: 'iftype = "ether", or no vmac',
    });
  }
  if (keys.iftype === "ether" && keys.vifname !== undefined) {
    findings.warn({
      at: [...at, "vifname"],
      problem: "has no effect",
      hint: 'it names the interface of iftype = "macvlan"',
    });
  }
}
