import { type NetlinkRequest, RequestBatch } from "../../src/wire/netlink.ts";

/** Requests behind each other as they go out in one write. */
export function emitAll(requests: readonly NetlinkRequest[]): Uint8Array<ArrayBuffer> {
  const batch = new RequestBatch();
  for (const request of requests) batch.add(request);
  return batch.bytes.slice();
}
