import { copyBytes, putBytes, subView } from "./bytes.ts";
import * as ethernet from "./ethernet.ts";

/** Tag protocol identifiers: IEEE 802.1Q, 802.1ad, and the one used before that. */
export const TAG_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];
export const TAG_SIZE = 4;
const AT = { control: 0, etherType: 2 } as const;
const ID_MASK = 0x0fff;
/** Two are usual; more come from somebody who wants to see what we do. */
const MAX_TAGS = 8;

/** What lies behind the VLAN tags of an Ethernet payload. */
export interface Untagged {
  /** VLAN numbers, the outermost first. */
  readonly vlans: readonly number[];
  readonly etherType: number;
  readonly payload: DataView;
}

/** Steps over all tags; one that is cut short stays as the EtherType. */
export function untag(frame: Pick<ethernet.EthernetFrame, "etherType" | "payload">): Untagged {
  let { etherType, payload } = frame;
  const vlans: number[] = [];
  while (
    TAG_TYPES.includes(etherType) && payload.byteLength >= TAG_SIZE && vlans.length < MAX_TAGS
  ) {
    vlans.push(payload.getUint16(AT.control) & ID_MASK);
    etherType = payload.getUint16(AT.etherType);
    payload = subView(payload, { at: TAG_SIZE, length: payload.byteLength - TAG_SIZE });
  }
  return { vlans, etherType, payload };
}

/** A copy of an untagged frame with the tag that it had on the wire. */
export function withTag(
  frame: DataView,
  tag: { readonly protocol: number; readonly control: number },
): DataView {
  const at = ethernet.AT.etherType;
  const tagged = new DataView(new ArrayBuffer(frame.byteLength + TAG_SIZE));
  putBytes(tagged, 0, copyBytes(frame, { at: 0, length: at }));
  tagged.setUint16(at, tag.protocol);
  tagged.setUint16(at + TAG_SIZE / 2, tag.control);
  const rest = { at, length: frame.byteLength - at };
  putBytes(tagged, at + TAG_SIZE, copyBytes(frame, rest));
  return tagged;
}
