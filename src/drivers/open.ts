import { LibraryMissing } from "../../ffi/libnl.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Driver, DriverName } from "./driver.ts";
import { IoctlDriver } from "./ioctl.ts";
import { LibnlDriver } from "./libnl.ts";
import { NetlinkDriver } from "./netlink.ts";

const DRIVERS: Readonly<Record<DriverName, new () => Driver>> = {
  netlink: NetlinkDriver,
  libnl: LibnlDriver,
  ioctl: IoctlDriver,
};

/**
 * Opens a driver, or says which library it lacks; the reason is a sentence with the mend. Throws
 * {@linkcode SyscallError} or {@linkcode NlError} where the system refuses its sockets.
 */
export function openDriver(name: DriverName): Result<Driver, string> {
  try {
    return ok(new DRIVERS[name]());
  } catch (error) {
    if (error instanceof LibraryMissing) return err(error.message);
    throw error;
  }
}
