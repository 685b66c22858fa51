import { assert, unreachable } from "../base/assert.ts";
import { formatPrefix } from "../base/ip.ts";
import { formatMac } from "../base/mac.ts";
import { errnoMend, errnoName } from "../../ffi/errno.ts";
import { NetlinkSocket } from "../../ffi/netlink_socket.ts";
import * as netlink from "../wire/netlink.ts";
import * as rtnetlink from "../wire/rtnetlink.ts";
import { type Change, type Driver, DriverError, OUR_PROTOCOL } from "./driver.ts";

/** A dump's datagram is at most 32 KiB (rtnetlink's own limit); a reply to a batch is smaller. */
const RECEIVE_BYTES = 1 << 16;
/** Requests in one write; their answers must fit the socket's receive queue. */
const BATCH = 512;

/** The kernel's configuration through rtnetlink(7), written in TypeScript. */
export class NetlinkDriver implements Driver {
  readonly name = "netlink";
  readonly #socket = new NetlinkSocket({ groups: 0 });
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);
  #sequence = 0;

  apply(changes: readonly Change[]): readonly DriverError[] {
    const errors: DriverError[] = [];
    for (let start = 0; start < changes.length; start += BATCH) {
      errors.push(...this.#applyBatch(changes.slice(start, start + BATCH)));
    }
    return errors;
  }

  #applyBatch(changes: readonly Change[]): readonly DriverError[] {
    const first = this.#sequence + 1;
    this.#sequence += changes.length;
    // Refusals are always answered. Only the last request asks for an acknowledgement: the kernel
    // works in order, so that one says that all before it are done.
    const requests = changes.map((change, index) => {
      const request = toRequest(change);
      const ack = index === changes.length - 1 ? netlink.FLAG.ack : 0;
      return {
        ...request,
        sequence: first + index,
        flags: request.flags | netlink.FLAG.request | ack,
      };
    });
    this.#socket.send(netlink.emitAll(requests));
    return this.#answers(this.#sequence)
      .filter((answer) => answer.errno !== 0)
      .flatMap((answer) => {
        const change = changes[answer.sequence - first];
        return change === undefined ? [] : [refusal(change, answer)];
      });
  }

  /** All answers up to that of request `last`. They wait already: the kernel answers while we send. */
  #answers(last: number): netlink.NetlinkAnswer[] {
    const answers: netlink.NetlinkAnswer[] = [];
    for (const message of this.#messages()) {
      if (message.type !== netlink.TYPE.error) continue;
      const answer = netlink.parseAnswer(message);
      if (answer === undefined) continue;
      answers.push(answer);
      if (answer.sequence === last) return answers;
    }
    throw new Error("Cannot change the network configuration: the kernel gave no answer");
  }

  *#messages(): Generator<netlink.NetlinkMessage> {
    for (;;) {
      const length = this.#socket.receive(this.#buffer);
      if (length === undefined) return;
      yield* netlink.parse(new DataView(this.#buffer.buffer, 0, length));
    }
  }

  links(): readonly rtnetlink.LinkInfo[] {
    return this.#dump(rtnetlink.dumpLinks(), rtnetlink.parseLink);
  }

  addresses(): readonly rtnetlink.AddressInfo[] {
    return this.#dump(rtnetlink.dumpAddresses(4), rtnetlink.parseAddress);
  }

  #dump<T>(
    request: rtnetlink.Request,
    parse: (message: netlink.NetlinkMessage) => T | undefined,
  ): readonly T[] {
    const sequence = ++this.#sequence;
    const flags = request.flags | netlink.FLAG.request;
    this.#socket.send(netlink.emitAll([{ ...request, flags, sequence }]));
    const found: T[] = [];
    for (const message of this.#messages()) {
      if (message.sequence !== sequence) continue;
      if (message.type === netlink.TYPE.done) return found;
      assert(message.type !== netlink.TYPE.error, "the kernel understands our dump requests");
      const value = parse(message);
      if (value !== undefined) found.push(value);
    }
    throw new Error("Cannot read the network configuration: the kernel's list has no end");
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

function toRequest(change: Change): rtnetlink.Request {
  switch (change.change) {
    case "addAddress":
      return rtnetlink.addAddress({ ...change, protocol: OUR_PROTOCOL });
    case "removeAddress":
      return rtnetlink.removeAddress(change);
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
    default:
      return unreachable(change);
  }
}

function refusal(change: Change, answer: netlink.NetlinkAnswer): DriverError {
  const code = errnoName(answer.errno);
  const why = [answer.message, errnoMend(code)].filter((text) => text !== undefined).join("; ");
  const detail = `Cannot ${describeChange(change)}: ${code}${why === "" ? "" : ` (${why})`}`;
  return new DriverError(change, code, detail);
}

function describeChange(change: Change): string {
  switch (change.change) {
    case "addAddress":
      return `add ${formatPrefix(change.prefix)} to ${change.interfaceName}`;
    case "removeAddress":
      return `remove ${formatPrefix(change.prefix)} from ${change.interfaceName}`;
    case "setMac":
      return `set the MAC of ${change.interfaceName} to ${formatMac(change.mac)}`;
    case "setUp":
      return `bring ${change.interfaceName} up`;
    case "setIpv4":
      return `set ${Object.keys(change.settings).join(", ")} of ${change.interfaceName}`;
    case "noAddressGeneration":
      return `switch IPv6 address generation of ${change.interfaceName} off`;
    case "addMacvlan":
      return `create the macvlan ${change.interfaceName}`;
    case "deleteLink":
      return `delete ${change.interfaceName}`;
    case "deleteLinkGroup":
      return `delete the links of group ${change.group}`;
    default:
      return unreachable(change);
  }
}
