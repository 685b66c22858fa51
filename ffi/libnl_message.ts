import { NLMSGHDR } from "./layout.ts";
import { libnl } from "./libnl.ts";
import { made, succeeded } from "./libnl_error.ts";

/** NLMSG_ALIGNTO and NLA_ALIGNTO. */
const ALIGNMENT = 4;

/** A message under construction in libnl's memory, freed once. */
export class NlMessage implements Disposable {
  #message: Deno.PointerValue;

  private constructor(message: Deno.PointerObject) {
    this.#message = message;
  }

  /** A message that libnl has no builder for: its header and the fixed structure of its type. */
  static of(parts: {
    readonly type: number;
    /** NLM_F_*. */
    readonly flags: number;
    readonly fixed: Uint8Array<ArrayBuffer>;
  }): NlMessage {
    const { type, flags, fixed } = parts;
    const message = new NlMessage(made(libnl().nlmsg_alloc_simple(type, flags), operation));
    const size = BigInt(fixed.length);
    return message.#grown(libnl().nlmsg_append(message.pointer, fixed, size, ALIGNMENT));
  }

  /**
   * What one of the library's `*_build_*_request` functions makes; these take a `struct nl_msg **`
   * as their last argument. Throws {@linkcode NlError}.
   */
  static build(
    builder: (result: BigUint64Array<ArrayBuffer>) => number,
  ): NlMessage {
    const result = new BigUint64Array(1);
    succeeded(builder(result), operation);
    return new NlMessage(made(Deno.UnsafePointer.create(result[0] ?? 0n), operation));
  }

  /** Throws where it has been freed: the memory may be somebody else's by now. */
  get pointer(): Deno.PointerObject {
    if (this.#message === null) throw new Error("Cannot use a message that has been freed");
    return this.#message;
  }

  /** Adds an attribute at the end. */
  put(type: number, value: Uint8Array<ArrayBuffer>): this {
    return this.#grown(libnl().nla_put(this.pointer, type, value.length, value));
  }

  /** One that cannot be completed is of no use to anybody. */
  #grown(result: number): this {
    if (result < 0) this[Symbol.dispose]();
    succeeded(result, operation);
    return this;
  }

  /** nlmsg_seq: 0 until the message is complete. */
  get sequence(): number {
    return this.#header().getUint32(NLMSGHDR.at.nlmsg_seq);
  }

  /** The message as it goes out. */
  bytes(): Uint8Array<ArrayBuffer> {
    const header = this.#header();
    const bytes = new Uint8Array(header.getUint32(NLMSGHDR.at.nlmsg_len));
    header.copyInto(bytes);
    return bytes;
  }

  #header(): Deno.UnsafePointerView {
    return new Deno.UnsafePointerView(made(libnl().nlmsg_hdr(this.pointer), operation));
  }

  [Symbol.dispose](): void {
    if (this.#message === null) return;
    libnl().nlmsg_free(this.#message);
    this.#message = null;
  }
}

function operation(): string {
  return "build a netlink message";
}
