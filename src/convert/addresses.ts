import { addressBits, type Family, formatIp, type IpAddress, parsePrefix } from "../base/ip.ts";
import type { Statement } from "./blocks.ts";
import type { Section } from "./section.ts";

/** One line of `virtual_ipaddress` whose address goes over. */
export interface Address {
  readonly line: Statement;
  readonly address: IpAddress;
  /** keepalived takes the whole address where none is written. */
  readonly length: number;
}

interface AddressOption {
  /** How many values follow it. */
  readonly values: number;
  /** Why it does not matter here, or what is different without it. */
  readonly harmless?: true;
  readonly because: string;
}

/** What may follow an address (keepalived.conf(5), "virtual_ipaddress"), but for `dev`. */
const OPTIONS: Readonly<Record<string, AddressOption>> = {
  brd: { values: 1, because: "no broadcast address is set" },
  label: { values: 1, because: "addresses have no labels" },
  scope: { values: 1, because: "the scope is global" },
  peer: { values: 1, because: "there are no peer addresses" },
  preferred_lft: { values: 1, because: "addresses do not expire" },
  track_group: { values: 1, because: "addresses are always watched and put back" },
  use_vmac: { values: 0, because: "addresses are on the virtual router's own interface" },
  home: { values: 0, because: "there are no home addresses" },
  mngtmpaddr: { values: 0, because: "there are no temporary addresses" },
  autojoin: { values: 0, because: "no multicast group is joined" },
  noprefixroute: { values: 0, because: 'only iftype = "macvlan" leaves out the prefix route' },
  no_track: { values: 0, because: "an address that others remove is always put back" },
  "-nodad": { values: 0, harmless: true, because: "" },
  nodad: { values: 0, harmless: true, because: "" },
};

export interface AddressOptions {
  readonly section: Section;
  /** That of the instance; undefined where it names none. */
  readonly interface: string | undefined;
}

/** Reads lines of `virtual_ipaddress`; what cannot be set as it is written is remarked and left out. */
export function readAddresses(lines: readonly Statement[], options: AddressOptions): Address[] {
  return lines.flatMap((line) => readAddress(line, options) ?? []);
}

function readAddress(line: Statement, options: AddressOptions): Address | undefined {
  const { section } = options;
  const [, text = "", ...words] = line.words;
  const prefix = parsePrefix(text);
  if (prefix === undefined || line.block !== undefined || line.elsewhere !== undefined) {
    section.quote(
      line,
      line.elsewhere === undefined ? "no address: left out" : "for another machine",
    );
    return undefined;
  }
  const remarks: string[] = [];
  const device = readOptions(words, remarks);
  if (device !== undefined && device !== options.interface) {
    section.remark(line, "an address is on its virtual router's interface only: left out");
    return undefined;
  }
  if (remarks.length > 0) section.remark(line, remarks.join("; "));
  else section.carry(line, "vip");
  return { line, address: prefix.address, length: prefix.length };
}

/** Gives the interface after `dev`, and adds a remark for what does not go over. */
function readOptions(words: readonly string[], remarks: string[]): string | undefined {
  let device: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const option = Object.hasOwn(OPTIONS, word) ? OPTIONS[word] : undefined;
    if (word === "dev") device = words[++at];
    else if (option === undefined) remarks.push(`"${word}" is unknown: left out`);
    else {
      const value = words[at + option.values] ?? "";
      at += option.values;
      const isDefault = option.harmless || (word === "scope" && value === "global");
      if (!isDefault) remarks.push(`without ${word}: ${option.because}`);
    }
  }
  return device;
}

/** As our key takes it; on a macvlan the length is always the whole address. */
export function addressText(
  { address, length }: Address,
  { isMacvlan }: { readonly isMacvlan: boolean },
): string {
  return isMacvlan ? formatIp(address) : `${formatIp(address)}/${length}`;
}

/** Whether a length is written that a macvlan does not take. */
export function hasShortLength({ address, length }: Address): boolean {
  return length !== addressBits(address.family);
}

/** The link-local address that the virtual MAC of the group would have (RFC 4291 appendix A). */
export function linkLocalOf(group: number): string {
  return `fe80::200:5eff:fe00:2${group.toString(16).padStart(2, "0")}`;
}

/** Those of `family`; the others are remarked, for keepalived ignores them, too. */
export function onlyFamily(
  addresses: readonly Address[],
  { family, section }: { readonly family: Family; readonly section: Section },
): Address[] {
  return addresses.filter(({ address, line }) => {
    if (address.family === family) return true;
    section.remark(line, `keepalived ignores it beside IPv${family} addresses: left out`);
    return false;
  });
}
