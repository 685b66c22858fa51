import { NlMessage } from "../../ffi/libnl_message.ts";
import * as libnl from "../../ffi/libnl_requests.ts";
import { NlSocket } from "../../ffi/libnl_socket.ts";
import { assert, unreachable } from "../base/assert.ts";
import type { IpPrefix } from "../base/ip.ts";
import type { Request } from "../wire/rtnetlink.ts";
import { numberedSettings } from "../wire/rtnetlink_settings.ts";
import { OUR_PROTOCOL, type Route } from "./driver.ts";
import { type Messenger, type NetlinkChange, RtnetlinkDriver } from "./rtnetlink_driver.ts";

/** The kernel's configuration through messages that libnl builds, numbers and sends. */
export class LibnlDriver extends RtnetlinkDriver {
  /** Throws {@linkcode LibraryMissing} where the library is not installed. */
  constructor() {
    super("libnl", new LibnlMessenger());
  }
}

class LibnlMessenger implements Messenger {
  readonly #socket = new NlSocket();

  post(changes: readonly NetlinkChange[]): number {
    const built = changes.map((change, index) =>
      this.#finish(toMessage(change), { acknowledge: index === changes.length - 1 })
    );
    this.#socket.send(joined(built.map(({ bytes }) => bytes)));
    const [first] = built;
    assert(first !== undefined, "there is something to send");
    return first.sequence;
  }

  ask({ attributes, ...parts }: Request): number {
    assert(attributes.length === 0, "a question for a list has no attributes");
    const { bytes, sequence } = this.#finish(NlMessage.of(parts), { acknowledge: false });
    this.#socket.send(bytes);
    return sequence;
  }

  /** Numbers the message, copies it out of libnl's memory and frees it. */
  #finish(built: NlMessage, options: { readonly acknowledge: boolean }) {
    using message = built;
    const sequence = this.#socket.complete(message, options);
    return { sequence, bytes: message.bytes() };
  }

  receive(buffer: Uint8Array<ArrayBuffer>): number | undefined {
    return this.#socket.receive(buffer);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function toMessage(change: NetlinkChange): NlMessage {
  switch (change.change) {
    case "addAddress":
      return libnl.addAddressRequest({
        ...change,
        network: network(change.prefix),
        protocol: OUR_PROTOCOL,
      });
    case "removeAddress":
      return libnl.removeAddressRequest({ ...change, network: network(change.prefix) });
    case "setMac":
      return libnl.setMacRequest(change.ifindex, change.mac);
    case "setUp":
      return libnl.setUpRequest(change.ifindex);
    case "setIpv4":
      return libnl.setIpv4Request(change.ifindex, numberedSettings(change.settings));
    case "noAddressGeneration":
      return libnl.noAddressGenerationRequest(change.ifindex);
    case "addMacvlan":
      return libnl.addMacvlanRequest({ ...change, name: change.interfaceName });
    case "deleteLink":
      return libnl.deleteLinkRequest(change.ifindex);
    case "deleteLinkGroup":
      return libnl.deleteLinkGroupRequest(change.group);
    case "addRoute":
      return libnl.addRouteRequest(wish(change.route));
    case "removeRoute":
      return libnl.removeRouteRequest({
        ...wish(change.route),
        ...(change.protocol === undefined ? {} : { protocol: change.protocol }),
      });
    default:
      return unreachable(change);
  }
}

function network({ address, length }: IpPrefix): libnl.Network {
  return { address: address.bytes, length };
}

function wish({ destination, nextHop, ...rest }: Route): libnl.RouteWish {
  const to = network(destination);
  return { ...rest, destination: to, nextHop: nextHop.bytes, protocol: OUR_PROTOCOL };
}
