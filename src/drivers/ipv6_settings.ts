import { SyscallError } from "../../ffi/errno.ts";
import { IoctlSocket } from "../../ffi/ioctl.ts";
import { writeSysctl } from "../../ffi/sysctl.ts";
import { filedSettings } from "../wire/rtnetlink_settings.ts";
import type { Change, DriverError } from "./driver.ts";
import { refusal } from "./refusal.ts";

type SettingsWish = Extract<Change, { change: "setIpv6" }>;

/** In most containers. */
const READ_ONLY = ["EROFS", "EACCES", "EPERM"];
const MEND = "the kernel takes these from files only: /proc/sys/net/ipv6 must be writable";

/** Sets what rtnetlink has no message for: files set it, in the order of their list. */
export function setIpv6Settings(change: SettingsWish): DriverError | undefined {
  try {
    using socket = new IoctlSocket();
    const name = socket.interfaceName(change.ifindex);
    for (const [file, value] of filedSettings(change.settings)) {
      writeSysctl(`net/ipv6/conf/${name}/${file}`, String(value));
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    // Where a link has no such files, it has gone, or knows no IPv6.
    const code = error.code === "ENOENT" ? "ENODEV" : error.code;
    return refusal(change, READ_ONLY.includes(code) ? { code, message: MEND } : { code });
  }
}

/**
 * Whether the settings can be made before changes that were asked for earlier: so one write to the
 * kernel still serves many virtual routers. What is to go from a link has gone too when IPv6 has.
 */
export function mayOvertake({ ifindex }: SettingsWish, earlier: readonly Change[]): boolean {
  return earlier.every((change) =>
    change.change === "removeAddress" ||
    (change.change === "addAddress" && change.ifindex !== ifindex)
  );
}
