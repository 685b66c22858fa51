import { SyscallError } from "../../../ffi/errno.ts";
import { NETLINK, NetlinkSocket } from "../../../ffi/netlink_socket.ts";
import { type Refusal, RuleTable } from "./rule_table.ts";

/** Deletes a table that an ended process has left behind; nothing is wrong where there is none. */
export function deleteLeftTable(name: string): Refusal | undefined {
  try {
    const socket = new NetlinkSocket({ protocol: NETLINK.netfilter, groups: 0 });
    using table = new RuleTable({ name, socket });
    const refusal = table.delete();
    return refusal?.code === "ENOENT" ? undefined : refusal;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return { code: error.code };
  }
}
