import type { Family } from "../base/ip.ts";
import {
  type Address,
  addressText,
  hasShortLength,
  linkLocalOf,
  onlyFamily,
  readAddresses,
} from "./addresses.ts";
import type { TomlValue } from "../base/toml.ts";
import type { Writing } from "./writing.ts";

/** What follows from the addresses. */
export interface Flavour {
  readonly version: 2 | 3;
  readonly family: Family;
}

/** Writes the addresses; IPv6 has version 3 alone, whatever is written. */
export function writeAddresses(writing: Writing): Flavour {
  const { statement, draft, section, around } = writing;
  const options = { section, interface: draft.interface };
  const all = readAddresses(draft.addresses, options);
  const family = all[0]?.address.family ?? (draft.isIpv6 ? 6 : 4);
  const advertised = onlyFamily(all, { family, section });
  const excluded = readAddresses(draft.excluded, options);
  const isMacvlan = draft.macvlan !== undefined;
  if (isMacvlan && [...advertised, ...excluded].some(hasShortLength)) {
    section.remark(statement, "lengths are left out: a macvlan's addresses have no prefix route");
  }
  const texts = advertised.map((address) => addressText(address, { isMacvlan }));
  if (family === 6) putLinkLocalFirst(texts, advertised, writing);
  if (texts.length === 0) section.disable(statement, "it has no virtual address");
  else section.set("vip", single(texts));
  if (excluded.length > 0) {
    section.set("excluded_vips", excluded.map((address) => addressText(address, { isMacvlan })));
  }
  if (family === 4) return { family, version: draft.version ?? around.global.version ?? 2 };
  if (draft.version === 2) section.remark(statement, "version 2 has no IPv6: version 3 is taken");
  return { family, version: 3 };
}

function single(texts: readonly string[]): TomlValue {
  return texts.length === 1 ? texts[0] ?? "" : texts;
}

/** RFC 9568 section 5.2.9: the first address is link-local, what keepalived does not insist on. */
function putLinkLocalFirst(
  texts: string[],
  addresses: readonly Address[],
  { statement, draft, section }: Writing,
): void {
  const index = addresses.findIndex(({ address: { bytes: [first = 0, second = 0] } }) =>
    first === 0xfe && (second & 0xc0) === 0x80
  );
  if (index === -1) {
    const own = linkLocalOf(draft.group ?? 1);
    texts.unshift(draft.macvlan === undefined ? `${own}/64` : own);
    section.remark(
      statement,
      `a link-local address must be first: ${own} is added, and its peers need it, too`,
    );
  } else if (index > 0) {
    texts.unshift(...texts.splice(index, 1));
    section.remark(statement, "the link-local address must be first: moved to the front");
  }
}
