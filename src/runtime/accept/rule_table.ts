import { errnoName, SyscallError } from "../../../ffi/errno.ts";
import * as netlink from "../../wire/netlink.ts";
import {
  batch,
  deleteElements,
  deleteTable,
  newElements,
  type Request,
} from "../../wire/nftables.ts";
import { bySet, denyTable } from "./deny_table.ts";
import type { DeniedAddress } from "./denied_address.ts";

const RECEIVE_BYTES = 1 << 16;
/** How kernels before 5.12 speak of a flag that they do not know. */
const FLAG_UNKNOWN = ["EINVAL", "EOPNOTSUPP"];

/** What the rules are sent by; see ffi/netlink_socket.ts. */
export interface RuleSocket extends Disposable {
  send(messages: Uint8Array<ArrayBuffer>): void;
  receive(buffer: Uint8Array<ArrayBuffer>): number | undefined;
}

/** The kernel's no: a symbolic errno, and the kernel's own words where it has any. */
export interface Refusal {
  readonly code: string;
  readonly message?: string | undefined;
}

/** One table of nftables, made and changed through one socket. */
export class RuleTable implements Disposable {
  readonly name: string;
  readonly #socket: RuleSocket;
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);
  #sequence = 0;
  #owned = true;

  constructor({ name, socket }: { readonly name: string; readonly socket: RuleSocket }) {
    this.name = name;
    this.#socket = socket;
  }

  /** Whether the table goes with the socket, and is safe from others until then. */
  get owned(): boolean {
    return this.#owned;
  }

  /** Makes the table with these addresses in it; `unowned` is called before one that may stay behind. */
  make(addresses: readonly DeniedAddress[], unowned: () => void): Refusal | undefined {
    const table = this.name;
    const refusal = this.#commit(denyTable({ table, owned: true, addresses }));
    this.#owned = refusal === undefined;
    if (refusal === undefined || !FLAG_UNKNOWN.includes(refusal.code)) return refusal;
    unowned();
    return this.#commit(denyTable({ table, owned: false, addresses }));
  }

  /** All or nothing. */
  change(
    { add, remove }: {
      readonly add: readonly DeniedAddress[];
      readonly remove: readonly DeniedAddress[];
    },
  ): Refusal | undefined {
    const table = this.name;
    return this.#commit([
      ...bySet(remove).flatMap(([name, keys]) => deleteElements({ table, name, keys })),
      ...bySet(add).flatMap(([name, keys]) => newElements({ table, name, keys })),
    ]);
  }

  /** Refused with ENOENT where it is gone. */
  delete(): Refusal | undefined {
    return this.#commit([deleteTable(this.name)]);
  }

  /** The answers wait already when the requests are sent: the kernel answers while it is. */
  #commit(requests: readonly Request[]): Refusal | undefined {
    if (requests.length === 0) return undefined;
    const { bytes, acknowledged, last } = batch(requests, this.#sequence + 1);
    this.#sequence = last;
    try {
      this.#socket.send(bytes);
      const answers = this.#answers();
      const no = answers.find(({ errno }) => errno !== 0);
      if (no !== undefined) return { code: errnoName(no.errno), message: no.message };
      if (answers.some(({ sequence }) => sequence === acknowledged)) return undefined;
      throw new Error("Cannot change the packet filter: the kernel gave no answer");
    } catch (error) {
      if (error instanceof SyscallError) return { code: error.code };
      throw error;
    }
  }

  #answers(): netlink.NetlinkAnswer[] {
    const answers: netlink.NetlinkAnswer[] = [];
    for (;;) {
      const length = this.#socket.receive(this.#buffer);
      if (length === undefined) return answers;
      for (const message of netlink.parse(new DataView(this.#buffer.buffer, 0, length))) {
        if (message.type !== netlink.TYPE.error) continue;
        const answer = netlink.parseAnswer(message);
        if (answer !== undefined) answers.push(answer);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
