import type { SyscallError } from "../../ffi/errno.ts";
import type { SendSlots } from "../../ffi/frame_slots.ts";

/** What frames, or packets to peers, leave an interface by. */
export interface Outlet {
  readonly name: string;
  readonly ifindex: number;
  readonly closed: boolean;
  /** Sends what is in `slots` and empties them; `refused` gets each one that did not go out. */
  sendAll(slots: SendSlots, refused: (index: number, error: SyscallError) => void): void;
}
