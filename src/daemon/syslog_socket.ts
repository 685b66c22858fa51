import { SyscallError } from "../../ffi/errno.ts";
import { UnixDatagram } from "../../ffi/unix_datagram.ts";
import type { SyslogPort } from "../log/syslog_writer.ts";

/** Where the machine's own log listens; syslog(3). */
const DEV_LOG = "/dev/log";

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "nobody listens there",
  ECONNREFUSED: "nobody listens there",
  EACCES: "permission denied",
  EPROTOTYPE: "it is no datagram socket",
};

/** The machine's log, from the first message on. */
export class SyslogSocket implements SyslogPort {
  readonly name: string;
  #socket: UnixDatagram | undefined;

  constructor(name: string = DEV_LOG) {
    this.name = name;
  }

  send(message: Uint8Array<ArrayBuffer>): ReturnType<SyslogPort["send"]> {
    try {
      this.#socket ??= new UnixDatagram(this.name);
      this.#socket.send(message);
      return "sent";
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (error.code === "EAGAIN" || error.code === "ENOBUFS") return "full";
      return { refused: WORDS[error.code] ?? error.code };
    }
  }
}
