import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { libc } from "./libc.ts";

const EFD_NONBLOCK_CLOEXEC = 0o2004000;
const COUNTER_BYTES = 8;

/** What another thread of this process wants when it rings. */
export interface Rung {
  /** To know how things are. */
  readonly asked: boolean;
  /** It has sent a message that waits to be read. */
  readonly sent: boolean;
}

/** The halves of the kernel's counter: rings add up in them and never run over in practice. */
const HALVES = { asked: 0, sent: 4 } as const;

/** Wakes one thread from another one (eventfd(2)). */
export class Doorbell implements Disposable {
  /** Readable while somebody has rung. */
  readonly fd: Fd;
  readonly #counter = new DataView(new ArrayBuffer(COUNTER_BYTES));

  /** Throws {@linkcode SyscallError} where the kernel gives no descriptor. */
  constructor() {
    this.fd = new Fd(checked(libc().eventfd(0, EFD_NONBLOCK_CLOEXEC), () => "create an eventfd"));
  }

  /** What was wanted since the last time; nothing where nobody has rung. */
  answer(): Rung {
    const bytes = new Uint8Array(this.#counter.buffer);
    bytes.fill(0);
    // EAGAIN: nobody has rung, and the counter stays zero.
    libc().read(this.fd.number, bytes, BigInt(COUNTER_BYTES));
    return {
      asked: this.#counter.getUint32(HALVES.asked, true) > 0,
      sent: this.#counter.getUint32(HALVES.sent, true) > 0,
    };
  }

  [Symbol.dispose](): void {
    this.fd.close();
  }
}

/** Rings the bell whose descriptor has this number, from any thread of the process. */
export function ring(descriptor: number, what: keyof Rung): void {
  const counter = new DataView(new ArrayBuffer(COUNTER_BYTES));
  counter.setUint32(HALVES[what], 1, true);
  // EAGAIN means that the counter is full: whoever is to hear it has not yet.
  libc().write(descriptor, new Uint8Array(counter.buffer), BigInt(COUNTER_BYTES));
}
