import { SyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { ReceiveSlots } from "../../../ffi/frame_slots.ts";
import { PacketSocket } from "../../../ffi/packet_socket.ts";
import { ETHER_TYPE } from "../../wire/ethernet.ts";
import {
  ALL_ROUTERS_MAC,
  checkSolicitation,
  solicitationFilter,
} from "../../wire/router_discovery.ts";

const RECEIVE_BUFFER_BYTES = 64 << 10;
/** What a flood brings beyond these is left for the next turn. */
const LOOKS_PER_TURN = 4;

/** Hears who asks for routers on one interface. */
export class Solicitations implements Disposable {
  readonly #socket: PacketSocket;
  readonly #slots: ReceiveSlots;

  /** Throws {@linkcode SyscallError}. */
  constructor(
    link: { readonly name: string; readonly ifindex: number },
    slots: ReceiveSlots,
  ) {
    this.#slots = slots;
    const socket = new PacketSocket({
      interfaceName: link.name,
      ifindex: link.ifindex,
      etherType: ETHER_TYPE.ipv6,
      filter: solicitationFilter(),
      receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    });
    try {
      // A switch that goes by reports is told by the kernel, which joins ff02::2 where it forwards.
      socket.joinMulticast(ALL_ROUTERS_MAC);
    } catch (error) {
      socket.close();
      throw error;
    }
    this.#socket = socket;
  }

  get fd(): Fd {
    return this.#socket.fd;
  }

  /** Reads what waits; gives whether a host asks. */
  read(): boolean {
    let asked = false;
    const take = (index: number) => {
      asked ||= checkSolicitation(this.#slots.view(index)).ok;
    };
    try {
      for (let look = 0; look < LOOKS_PER_TURN; look++) {
        if (!this.#socket.receiveEach(this.#slots, take)) return asked;
      }
    } catch (error) {
      // The interface went down or away, of which the kernel's notifications speak too.
      if (!(error instanceof SyscallError)) throw error;
    }
    return asked;
  }

  [Symbol.dispose](): void {
    // The kernel takes 15 ms to close a socket with a filter.
    this.#socket.fd.closeElsewhere();
  }
}
