import { checked, SyscallError } from "./errno.ts";
import { Fd } from "./fd.ts";
import { SOCKADDR_UN } from "./layout.ts";
import { lastErrno, libc } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const ENAMETOOLONG = 36;

/**
 * Sends datagrams to a local socket, and never waits for whoever is to read them; unix(7). The
 * address is looked up each time, so that a reader may be started later, or anew.
 */
export class UnixDatagram implements Disposable {
  readonly #socket: Fd;
  readonly #name: string;
  readonly #address: Uint8Array<ArrayBuffer>;

  /**
   * `name` is a path, or begins with "@" for a name outside of the file system. Throws
   * {@linkcode SyscallError}.
   */
  constructor(name: string) {
    this.#name = name;
    this.#address = socketAddress(name);
    this.#socket = new Fd(
      checked(
        libc().socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0),
        () => `open a socket for ${name}`,
      ),
    );
  }

  /** Throws {@linkcode SyscallError}: ENOENT or ECONNREFUSED for no reader, EAGAIN for a slow one. */
  send(message: Uint8Array<ArrayBuffer>): void {
    const sent = libc().sendto(
      this.#socket.number,
      message,
      BigInt(message.length),
      MSG_DONTWAIT | MSG_NOSIGNAL,
      this.#address,
      this.#address.length,
    );
    if (sent < 0) throw new SyscallError(`send to ${this.#name}`, lastErrno());
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** With its length: a path ends with a zero, an abstract name begins with one and ends anywhere. */
function socketAddress(name: string): Uint8Array<ArrayBuffer> {
  const isAbstract = name.startsWith("@");
  const text = new TextEncoder().encode(isAbstract ? `\0${name.slice(1)}` : `${name}\0`);
  const bytes = new Uint8Array(SOCKADDR_UN.at.sun_path + text.length);
  if (bytes.length > SOCKADDR_UN.size) throw new SyscallError(`send to ${name}`, ENAMETOOLONG);
  new DataView(bytes.buffer).setUint16(SOCKADDR_UN.at.sun_family, AF_UNIX, true);
  bytes.set(text, SOCKADDR_UN.at.sun_path);
  return bytes;
}
