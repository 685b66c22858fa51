import { errnoName } from "../../ffi/errno.ts";
import { assert } from "../base/assert.ts";
import * as netlink from "../wire/netlink.ts";
import * as rtnetlink from "../wire/rtnetlink.ts";
import { dumpRoutes, parseRoute, type RouteInfo } from "../wire/rtnetlink_route.ts";
import type { Change, Driver, DriverError, DriverName } from "./driver.ts";
import { mayOvertake, setIpv6Settings } from "./ipv6_settings.ts";
import { refusal } from "./refusal.ts";

/** A dump's datagram is at most 32 KiB (rtnetlink's own limit); a reply to a batch is smaller. */
const RECEIVE_BYTES = 1 << 16;
/** Requests in one write; their answers must fit the socket's receive queue. */
const BATCH = 512;
/** A kernel without IPv6 answers the second question like the first. */
const FAMILIES = [4, 6] as const;
/** Routes of every protocol. */
const ANY = { protocol: 0 } as const;

/** What there is a message for. */
export type NetlinkChange = Exclude<Change, { change: "setIpv6" }>;

/** Puts requests into bytes, and sends and numbers them: the numbers count up by one. */
export interface Messenger extends Disposable {
  /**
   * Sends all in one write and gives the number of the first. Refusals are always answered; only
   * the last request asks for an acknowledgement: the kernel works in order, so that one says that
   * all before it are done.
   */
  post(changes: readonly NetlinkChange[]): number;
  /** Asks for a list and gives the request's number. */
  ask(request: rtnetlink.Request): number;
  /** The length of one datagram, or `undefined` when none waits. */
  receive(buffer: Uint8Array<ArrayBuffer>): number | undefined;
}

/** The kernel's configuration through rtnetlink(7), by whatever builds the messages. */
export class RtnetlinkDriver implements Driver {
  readonly name: DriverName;
  readonly cannot = [];
  readonly #messenger: Messenger;
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);

  constructor(name: DriverName, messenger: Messenger) {
    this.name = name;
    this.#messenger = messenger;
  }

  apply(changes: readonly Change[]): readonly DriverError[] {
    const errors: DriverError[] = [];
    let waiting: NetlinkChange[] = [];
    const post = () => {
      errors.push(...this.#applyBatch(waiting));
      waiting = [];
    };
    for (const change of changes) {
      if (change.change !== "setIpv6") {
        waiting.push(change);
        if (waiting.length === BATCH) post();
        continue;
      }
      if (!mayOvertake(change, waiting)) post();
      const refused = setIpv6Settings(change);
      if (refused !== undefined) errors.push(refused);
    }
    post();
    return errors;
  }

  /** The answers wait already when the request is sent: the kernel answers while it is. */
  #applyBatch(changes: readonly NetlinkChange[]): readonly DriverError[] {
    if (changes.length === 0) return [];
    const first = this.#messenger.post(changes);
    const last = first + changes.length - 1;
    const errors: DriverError[] = [];
    for (const message of this.#messages()) {
      if (message.type !== netlink.TYPE.error) continue;
      const answer = netlink.parseAnswer(message);
      if (answer === undefined) continue;
      const change = changes[answer.sequence - first];
      if (answer.errno !== 0 && change !== undefined) {
        errors.push(refusal(change, { code: errnoName(answer.errno), message: answer.message }));
      }
      if (answer.sequence === last) return errors;
    }
    throw new Error("Cannot change the network configuration: the kernel gave no answer");
  }

  *#messages(): Generator<netlink.NetlinkMessage> {
    for (;;) {
      const length = this.#messenger.receive(this.#buffer);
      if (length === undefined) return;
      yield* netlink.parse(new DataView(this.#buffer.buffer, 0, length));
    }
  }

  links(): readonly rtnetlink.LinkInfo[] {
    return this.#dump(rtnetlink.dumpLinks(), rtnetlink.parseLink);
  }

  addresses(): readonly rtnetlink.AddressInfo[] {
    return FAMILIES.flatMap((family) =>
      this.#dump(rtnetlink.dumpAddresses(family), rtnetlink.parseAddress)
        .filter(({ prefix }) => prefix.address.family === family)
    );
  }

  routes({ protocol }: { readonly protocol: number } = ANY): readonly RouteInfo[] {
    return FAMILIES.flatMap((family) =>
      this.#dump(dumpRoutes({ family, protocol }), parseRoute)
        .filter(({ destination }) => destination.address.family === family)
    );
  }

  /** The labels of the IPv4 addresses, in the order of {@linkcode addresses}; others have none. */
  labels(): readonly rtnetlink.LabelledAddress[] {
    return this.#dump(rtnetlink.dumpAddresses(4), rtnetlink.parseLabelledAddress);
  }

  #dump<T>(
    request: rtnetlink.Request,
    parse: (message: netlink.NetlinkMessage) => T | undefined,
  ): readonly T[] {
    const sequence = this.#messenger.ask(request);
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
    this.#messenger[Symbol.dispose]();
  }
}
