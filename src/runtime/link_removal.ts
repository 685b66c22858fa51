import { errnoName } from "../../ffi/errno.ts";
import { NetlinkSocket } from "../../ffi/netlink_socket.ts";
import type { Change, DriverError } from "../drivers/driver.ts";
import { refusal } from "../drivers/refusal.ts";
import { FLAG, parse, parseAnswer, RequestBatch, TYPE } from "../wire/netlink.ts";
import { deleteLink } from "../wire/rtnetlink.ts";

const SEQUENCE = 1;
/** The answer to one request; see socket(7). */
const ANSWER_BYTES = 4096;

/**
 * Deletes a link in the kernel on another thread, as that takes 15 to 30 ms, in which this one goes
 * on. Gives the refusal, if there is one. Throws {@linkcode SyscallError} where no socket is to be had.
 */
export async function deleteLinkElsewhere(
  change: Extract<Change, { change: "deleteLink" }>,
): Promise<DriverError | undefined> {
  using socket = new NetlinkSocket({ groups: 0 });
  const batch = new RequestBatch();
  const request = deleteLink(change.ifindex);
  batch.add({ ...request, flags: request.flags | FLAG.request | FLAG.ack, sequence: SEQUENCE });
  await socket.sendElsewhere(batch.bytes);
  const buffer = new Uint8Array(ANSWER_BYTES);
  const length = socket.receive(buffer) ?? 0;
  const [message] = parse(new DataView(buffer.buffer, 0, length));
  const answer = message?.type === TYPE.error ? parseAnswer(message) : undefined;
  // EIO: it was not even sent, and why cannot be learnt on this thread.
  if (answer === undefined) return refusal(change, { code: "EIO" });
  if (answer.errno === 0) return undefined;
  return refusal(change, { code: errnoName(answer.errno), message: answer.message });
}
