import { SyscallError } from "../../ffi/errno.ts";
import { readSysctl } from "../../ffi/sysctl.ts";
import { type Change, type DriverError, settingChanges } from "../drivers/driver.ts";
import type { Log } from "../log.ts";
import type { Carrier } from "./macvlans.ts";

/** IN6_ADDR_GEN_MODE_*: from the MAC that the interface has, or not at all. */
const MODE = { fromMac: 0, none: 1 } as const;

/**
 * Keeps the kernel from making IPv6 addresses out of a virtual MAC (RFC 9568 section 7.4): it would
 * whenever the interface that bears it comes up, or hears of another prefix. Switched on again, it
 * makes the interface's own link-local address at once, which has gone if the interface was down.
 */
export class AddressGeneration {
  readonly #log: Log;
  readonly #read: (key: string) => string;
  /** By the interface's index: whether it is switched off once all that was planned is done. */
  readonly #planned = new Map<number, boolean>();
  #refused = false;

  constructor({ log, read = readSysctl }: { log: Log; read?: (key: string) => string }) {
    this.#log = log;
    this.#read = read;
  }

  /** What is to be done before the virtual MAC comes. */
  halt(carrier: Carrier): Change[] {
    const planned = this.#planned.get(carrier.ifindex);
    if (planned === true) return [];
    if (planned === undefined && !this.#isOn(carrier)) return [];
    this.#planned.set(carrier.ifindex, true);
    return modeChanges(carrier, MODE.none);
  }

  /** What is to be done after the virtual MAC has gone. */
  resume(carrier: Carrier): Change[] {
    if (this.#planned.get(carrier.ifindex) !== true) return [];
    this.#planned.set(carrier.ifindex, false);
    return modeChanges(carrier, MODE.fromMac);
  }

  /** What was planned has been done; gives the refusals that are not about this. */
  settle(refused: readonly DriverError[]): readonly DriverError[] {
    for (const [ifindex, halted] of this.#planned) if (!halted) this.#planned.delete(ifindex);
    return refused.filter((error) => {
      const { change } = error;
      if (change.change !== "setIpv6" || change.settings.addrGenMode === undefined) return true;
      this.#planned.delete(change.ifindex);
      this.#warn(error);
      return false;
    });
  }

  /** A virtual router that runs is worth more than this. */
  #warn({ code, message }: DriverError): void {
    if (code === "ENODEV" || this.#refused) return;
    this.#refused = true;
    this.#log.warning(
      `${message}: the kernel may make an IPv6 address from the virtual MAC when an interface ` +
        'that has it comes up; iftype = "macvlan" does not depend on it',
    );
  }

  /**
   * Other modes do not ask for the MAC. Where IPv6 is switched off there is nothing to keep from, and
   * to set the mode would make the interface join the group of all nodes.
   */
  #isOn({ name }: Carrier): boolean {
    const conf = `net/ipv6/conf/${name}`;
    return this.#value(`${conf}/addr_gen_mode`) === MODE.fromMac &&
      this.#value(`${conf}/disable_ipv6`) === 0;
  }

  #value(key: string): number | undefined {
    try {
      return Number(this.#read(key));
    } catch (error) {
      // The interface has gone or has no IPv6, or a container has no /proc/sys.
      if (error instanceof SyscallError) return undefined;
      throw error;
    }
  }
}

function modeChanges({ ifindex, name }: Carrier, addrGenMode: number): Change[] {
  return settingChanges({ ifindex, interfaceName: name }, { addrGenMode });
}
