import { unreachable } from "../base/assert.ts";
import { NetlinkSocket } from "../../ffi/netlink_socket.ts";
import * as netlink from "../wire/netlink.ts";
import * as rtnetlink from "../wire/rtnetlink.ts";
import { emitAddAddress, emitRemoveAddress } from "../wire/rtnetlink_address.ts";
import { addRoute, removeRoute } from "../wire/rtnetlink_route.ts";
import { OUR_PROTOCOL } from "./driver.ts";
import { type Messenger, type NetlinkChange, RtnetlinkDriver } from "./rtnetlink_driver.ts";

/** The kernel's configuration through rtnetlink(7), written in TypeScript. */
export class NetlinkDriver extends RtnetlinkDriver {
  constructor() {
    super("netlink", new CodecMessenger());
  }
}

class CodecMessenger implements Messenger {
  readonly #socket = new NetlinkSocket({ groups: 0 });
  readonly #batch = new netlink.RequestBatch();
  #sequence = 0;

  post(changes: readonly NetlinkChange[]): number {
    const first = this.#sequence + 1;
    const last = this.#sequence + changes.length;
    this.#batch.clear();
    for (const change of changes) {
      const sequence = ++this.#sequence;
      const ack = sequence === last ? netlink.FLAG.ack : 0;
      this.#add(change, { sequence, flags: netlink.FLAG.request | ack });
    }
    this.#socket.send(this.#batch.bytes);
    return first;
  }

  #add(change: NetlinkChange, { sequence, flags }: { sequence: number; flags: number }): void {
    if (change.change === "addAddress") {
      const { ifindex, prefix, noPrefixRoute } = change;
      const protocol = OUR_PROTOCOL;
      emitAddAddress(this.#batch, { ifindex, prefix, noPrefixRoute, protocol, sequence, flags });
    } else if (change.change === "removeAddress") {
      const { ifindex, prefix } = change;
      emitRemoveAddress(this.#batch, { ifindex, prefix, sequence, flags });
    } else {
      const request = toRequest(change);
      this.#batch.add({ ...request, sequence, flags: request.flags | flags });
    }
  }

  ask(request: rtnetlink.Request): number {
    const sequence = ++this.#sequence;
    const flags = request.flags | netlink.FLAG.request;
    this.#batch.clear();
    this.#batch.add({ ...request, flags, sequence });
    this.#socket.send(this.#batch.bytes);
    return sequence;
  }

  receive(buffer: Uint8Array<ArrayBuffer>): number | undefined {
    return this.#socket.receive(buffer);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

type OtherChange = Exclude<NetlinkChange, { change: "addAddress" | "removeAddress" }>;

function toRequest(change: OtherChange): rtnetlink.Request {
  switch (change.change) {
    case "setMac":
      return rtnetlink.setLinkMac(change.ifindex, change.mac);
    case "setUp":
      return rtnetlink.setLinkUp(change.ifindex);
    case "setIpv4":
      return rtnetlink.setIpv4Settings(change.ifindex, change.settings);
    case "noAddressGeneration":
      return rtnetlink.disableAddressGeneration(change.ifindex);
    case "addMacvlan":
      return rtnetlink.newMacvlan({ ...change, name: change.interfaceName });
    case "deleteLink":
      return rtnetlink.deleteLink(change.ifindex);
    case "deleteLinkGroup":
      return rtnetlink.deleteLinkGroup(change.group);
    case "addRoute":
      return addRoute({ ...change.route, protocol: OUR_PROTOCOL });
    case "removeRoute":
      return removeRoute({ ...change.route, protocol: change.protocol ?? OUR_PROTOCOL });
    default:
      return unreachable(change);
  }
}
