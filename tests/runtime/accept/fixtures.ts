import { assert } from "../../../src/base/assert.ts";
import type { RuleSocket } from "../../../src/runtime/accept/rule_table.ts";
import * as netlink from "../../../src/wire/netlink.ts";

/** What a batch of requests asks for: type and flags of each, without the marks around them. */
export type Asked = readonly { readonly type: number; readonly attributes: readonly string[] }[];

const ERROR_SIZE = 4 + netlink.HEADER_SIZE;

/** Answers as the kernel does, with errors where it is told to, and keeps what it was asked. */
export class PaperSocket implements RuleSocket {
  readonly batches: Asked[] = [];
  closed = false;
  /** The errno of the next batches, in order; 0 and what is not there: fine. */
  errnos: number[] = [];
  silent = false;
  readonly #answers: Uint8Array[] = [];

  send(messages: Uint8Array<ArrayBuffer>): void {
    assert(!this.closed, "nothing is sent by a closed socket");
    const requests = netlink.parse(
      new DataView(messages.buffer, messages.byteOffset, messages.length),
    );
    this.batches.push(
      requests.slice(1, -1).map(({ type, payload }) => ({
        type: type & 0xff,
        attributes: Array.from(netlink.parseAttributes(payload, 4), ([number, value]) => {
          return `${number}=${
            new Uint8Array(value.buffer, value.byteOffset, value.byteLength).toHex()
          }`;
        }),
      })),
    );
    const errno = this.errnos.shift() ?? 0;
    const answered = requests.at(-2);
    if (!this.silent && answered !== undefined) {
      this.#answers.push(answer(answered.sequence, errno));
    }
  }

  receive(buffer: Uint8Array<ArrayBuffer>): number | undefined {
    const next = this.#answers.shift();
    if (next !== undefined) buffer.set(next);
    return next?.length;
  }

  /** The message types of each batch. */
  get types(): number[][] {
    return this.batches.map((one) => one.map(({ type }) => type));
  }

  [Symbol.dispose](): void {
    this.closed = true;
  }
}

function answer(sequence: number, errno: number): Uint8Array {
  const request: netlink.NetlinkRequest = {
    type: netlink.TYPE.error,
    flags: 0,
    sequence,
    fixed: new Uint8Array(ERROR_SIZE),
    attributes: [],
  };
  const view = new DataView(new ArrayBuffer(netlink.size(request)));
  netlink.emit(request, view);
  view.setInt32(netlink.HEADER_SIZE, -errno, true);
  netlink.writeU32(view, netlink.HEADER_SIZE + 4 + 8, sequence);
  return new Uint8Array(view.buffer);
}
