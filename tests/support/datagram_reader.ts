import { checked } from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import { libc } from "../../ffi/libc.ts";
import { eventually } from "./wait.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK = 2 | 0o4000;
const MAX_BYTES = 65_536;

/** A local datagram socket, as a service manager or a syslog daemon has one. */
export class DatagramReader implements Disposable {
  readonly #socket: Fd;
  readonly #buffer = new Uint8Array(MAX_BYTES);
  readonly #received: string[] = [];

  /** `name` is a path, or begins with "@" for an abstract name. */
  constructor(name: string) {
    this.#socket = new Fd(
      checked(libc().socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0), () => "open a socket"),
    );
    const path = new TextEncoder().encode(name.replace(/^@/, "\0"));
    const address = Uint8Array.of(AF_UNIX, 0, ...path, ...name.startsWith("@") ? [] : [0]);
    checked(libc().bind(this.#socket.number, address, address.length), () => `bind ${name}`);
  }

  /** All that has come so far. */
  get received(): readonly string[] {
    for (;;) {
      const size = BigInt(MAX_BYTES);
      const length = libc().recvfrom(this.#socket.number, this.#buffer, size, 0, null, null);
      if (length < 0) return this.#received;
      this.#received.push(new TextDecoder().decode(this.#buffer.subarray(0, Number(length))));
    }
  }

  async waitFor(pattern: RegExp): Promise<void> {
    await eventually(() => this.received.some((text) => pattern.test(text)), {
      what: `${pattern} as a datagram`,
    });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
