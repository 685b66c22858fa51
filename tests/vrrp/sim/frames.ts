import type { IpAddress } from "../../../src/base/ip.ts";
import type { MacAddress } from "../../../src/base/mac.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import { advertOf } from "../../../src/vrrp/advert.ts";
import { acceptAdvert, acceptPacket } from "../../../src/vrrp/receive.ts";
import type { HeardAdvert, RouterConfig } from "../../../src/vrrp/types.ts";
import * as arp from "../../../src/wire/arp.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import * as frame from "../../../src/wire/frame.ts";
import {
  emitUnsolicitedAdvert,
  parseClaim,
  unsolicitedAdvertSize,
} from "../../../src/wire/neighbor_frame.ts";
import { peek } from "../../../src/wire/vrrp.ts";

export interface AdvertInput {
  readonly config: RouterConfig;
  readonly priority: number;
  readonly source: IpAddress;
  readonly sourceMac: MacAddress;
  readonly ipId: number;
}

export function advertFrame(input: AdvertInput): Uint8Array<ArrayBuffer> {
  const { config, priority } = input;
  const { addresses, checksum } = config;
  const advert: frame.AdvertFrame = {
    ...input,
    advert: advertOf(config, { priority, addresses }),
    ...(checksum === "auto" ? {} : { checksumForm: checksum }),
    pad: false,
  };
  const bytes = new Uint8Array(frame.advertSize(advert));
  frame.emitAdvert(advert, new DataView(bytes.buffer));
  return bytes;
}

export function announcementFrame(
  input: { readonly sourceMac: MacAddress; readonly address: IpAddress },
): Uint8Array<ArrayBuffer> {
  if (input.address.family === 6) return neighborAdvert(input);
  const bytes = new Uint8Array(frame.gratuitousArpSize());
  frame.emitGratuitousArp(input, new DataView(bytes.buffer));
  return bytes;
}

function neighborAdvert(
  input: { readonly sourceMac: MacAddress; readonly address: IpAddress },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(unsolicitedAdvertSize());
  emitUnsolicitedAdvert({ ...input, router: true }, new DataView(bytes.buffer));
  return bytes;
}

export type Received =
  | { readonly what: "advert"; readonly vrid: number; readonly advert: HeardAdvert }
  | { readonly what: "claim"; readonly address: IpAddress; readonly mac: MacAddress };

/** The whole way of a frame through the product's own checks; the error says which one refused. */
export function receive(
  bytes: Uint8Array<ArrayBuffer>,
  configs: readonly RouterConfig[],
): Result<Received, string> {
  const view = new DataView(bytes.buffer);
  const packet = frame.parse(view);
  if (packet.ok) return receiveAdvert(packet.value, configs);
  const { reason } = packet.error;
  if (reason === "etherType") return receiveClaim(view);
  return reason === "protocol" ? receiveNeighborClaim(view) : err(reason);
}

function receiveAdvert(
  packet: frame.Packet,
  configs: readonly RouterConfig[],
): Result<Received, string> {
  const head = peek(packet.message);
  if (!head.ok) return err(head.error.reason);
  const config = configs.find(({ vrid, family }) => {
    return vrid === head.value.vrid && family === packet.family;
  });
  const forUs = acceptPacket(packet, config);
  if (!forUs.ok) return err(forUs.error.reason);
  if (config === undefined) return err("unknownGroup");
  const accepted = acceptAdvert(config, packet);
  if (!accepted.ok) return err(accepted.error.reason);
  return ok({ what: "advert", vrid: config.vrid, advert: accepted.value.advert });
}

function receiveNeighborClaim(view: DataView): Result<Received, string> {
  const claim = parseClaim(view);
  if (!claim.ok) return err(claim.error.reason);
  return claim.value === undefined ? err("no announcement") : ok({ what: "claim", ...claim.value });
}

function receiveClaim(view: DataView): Result<Received, string> {
  const parsed = ethernet.parse(view);
  const packet = parsed.ok ? arp.parse(parsed.value.payload) : parsed;
  if (!packet.ok) return err(packet.error.reason);
  if (!arp.isGratuitous(packet.value)) return err("no announcement");
  const { senderAddress: address, senderMac: mac } = packet.value;
  return ok({ what: "claim", address, mac });
}
