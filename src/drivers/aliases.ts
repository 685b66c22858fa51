import { MAX_NAME_BYTES } from "../../ffi/ioctl.ts";
import { equalIp, type IpPrefix } from "../base/ip.ts";
import type { LabelledAddress } from "../wire/rtnetlink.ts";

interface Alias {
  readonly label: string;
  readonly prefix: IpPrefix;
}

/** The addresses of interfaces under their labels, kept up to date while changes are carried out. */
export class Aliases {
  readonly #byInterface = new Map<number, Alias[]>();

  constructor(addresses: readonly LabelledAddress[]) {
    for (const { ifindex, label, prefix } of addresses) this.add(ifindex, { label, prefix });
  }

  has(ifindex: number, prefix: IpPrefix): boolean {
    return this.#of(ifindex).some((one) => samePrefix(one.prefix, prefix));
  }

  /**
   * `name:N` with the lowest N that no address has; `undefined` where it would be longer than a
   * label can be.
   */
  freeLabel(ifindex: number, name: string): string | undefined {
    const taken = new Set(this.#of(ifindex).map(({ label }) => label));
    let label = `${name}:0`;
    for (let number = 1; taken.has(label); number++) label = `${name}:${number}`;
    return new TextEncoder().encode(label).length > MAX_NAME_BYTES ? undefined : label;
  }

  /**
   * The label under which the kernel finds this address and no other: it takes the first address
   * that has the label. `undefined` where there is none, or only the interface's own name.
   */
  labelOf(ifindex: number, prefix: IpPrefix): string | undefined {
    const present = this.#of(ifindex);
    const found = present.find((one) => samePrefix(one.prefix, prefix));
    if (found === undefined || !found.label.includes(":")) return undefined;
    return present.find(({ label }) => label === found.label) === found ? found.label : undefined;
  }

  add(ifindex: number, alias: Alias): void {
    const present = this.#of(ifindex);
    present.push(alias);
    this.#byInterface.set(ifindex, present);
  }

  remove(ifindex: number, label: string): void {
    const present = this.#of(ifindex);
    present.splice(present.findIndex((one) => one.label === label), 1);
  }

  #of(ifindex: number): Alias[] {
    return this.#byInterface.get(ifindex) ?? [];
  }
}

function samePrefix(a: IpPrefix, b: IpPrefix): boolean {
  return a.length === b.length && equalIp(a.address, b.address);
}
