import { type Family, parseIp } from "../base/ip.ts";
import type { Statement } from "./blocks.ts";
import type { InstanceDraft } from "./instance_rules.ts";
import type { Section } from "./section.ts";
import { wholeNumber } from "./values.ts";

const TTL = { min: 0, max: 255 };

interface Peer {
  readonly address: string;
  readonly minTtl: number;
}

/** What a virtual router is, before its peers are known. */
export interface UnicastOptions {
  readonly section: Section;
  readonly family: Family;
  /** Of that family. */
  readonly source: string | undefined;
}

/** Writes `unicast_peers` and what goes with them. Tells whether there are peers. */
export function writeUnicast(draft: InstanceDraft, options: UnicastOptions): boolean {
  const { section, source } = options;
  const peers = draft.peers.flatMap((line) => readPeer(line, options) ?? []);
  if (peers.length === 0) {
    if (draft.faultWithoutPeers !== undefined) {
      section.remark(
        draft.faultWithoutPeers,
        "without peers advertisements go to the multicast group",
      );
    }
    return false;
  }
  section.set("unicast_peers", peers.map(({ address }) => address));
  if (source !== undefined) section.set("unicast_src", source);
  const least = Math.max(1, Math.min(...peers.map(({ minTtl }) => minTtl)));
  const note = least === 1
    ? "keepalived takes any TTL; 255 is safer without routers between"
    : undefined;
  section.set("unicast_ttl_min", least, note);
  return true;
}

function readPeer(line: Statement, { section, family }: UnicastOptions): Peer | undefined {
  const [, address = "", ...options] = line.words;
  if (line.elsewhere !== undefined) {
    section.remark(line, "a peer of another machine (convert -i NAME takes it)");
    return undefined;
  }
  if (parseIp(address)?.family !== family || line.block !== undefined) {
    section.quote(line, `no IPv${family} address of a peer: left out`);
    return undefined;
  }
  let minTtl = 0;
  const strange: string[] = [];
  for (let at = 0; at < options.length; at += 2) {
    const [option = "", value = ""] = options.slice(at, at + 2);
    const number = wholeNumber(value, TTL);
    if (option === "min_ttl" && number !== undefined) minTtl = number;
    else if (!(option === "max_ttl" && number === 255)) strange.push(`${option} ${value}`.trim());
  }
  if (strange.length > 0) section.remark(line, `no counterpart: ${strange.join(" ")}; left out`);
  else section.carry(line, "unicast_peers");
  return { address, minTtl };
}
