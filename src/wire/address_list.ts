import { type Family, type IpAddress, ipFromBytes, IPV4_SIZE, IPV6_SIZE } from "../base/ip.ts";
import { copyBytes } from "./bytes.ts";

/** By which the addresses of one family are told apart. */
type Key = number | string;

/**
 * The addresses that a received message lists, where they lie: to make objects of 255 of them for
 * each frame is what a flood of such frames would live on. Use it before the receive buffer is used
 * again.
 */
export class AddressList {
  readonly #view: DataView;
  readonly #family: Family;

  /** Takes a view of nothing but addresses of `family`. */
  constructor(view: DataView, family: Family) {
    this.#view = view;
    this.#family = family;
  }

  get #addressSize(): number {
    return this.#family === 4 ? IPV4_SIZE : IPV6_SIZE;
  }

  /** Copies of them, in the sender's order. */
  toAddresses(): IpAddress[] {
    const length = this.#addressSize;
    return Array.from({ length: this.#view.byteLength / length }, (_, index) => {
      return ipFromBytes(copyBytes(this.#view, { at: index * length, length }));
    });
  }

  /** Whether it lists just these in this order. */
  isExactly(addresses: readonly IpAddress[]): boolean {
    const length = this.#addressSize;
    return this.#view.byteLength === addresses.length * length &&
      addresses.every((address, index) => this.#standsAt(index * length, address));
  }

  #standsAt(at: number, { family, bytes }: IpAddress): boolean {
    if (family !== this.#family) return false;
    for (let index = 0; index < bytes.length; index++) {
      if (this.#view.getUint8(at + index) !== bytes[index]) return false;
    }
    return true;
  }

  /** Whether all of these are in it. */
  includesAll(addresses: readonly IpAddress[]): boolean {
    const listed = new Set(this.#keys());
    return addresses.every((address) =>
      address.family === this.#family && listed.has(keyOf(address))
    );
  }

  /** Whether none but these are in it. */
  isWithin(addresses: readonly IpAddress[]): boolean {
    const sameFamily = addresses.filter(({ family }) => family === this.#family);
    const allowed = new Set(sameFamily.map(keyOf));
    return this.#keys().every((key) => allowed.has(key));
  }

  *#keys(): Generator<Key> {
    for (let at = 0; at < this.#view.byteLength; at += this.#addressSize) {
      yield keyAt(this.#view, at, this.#family);
    }
  }
}

function keyOf({ bytes, family }: IpAddress): Key {
  return keyAt(new DataView(bytes.buffer, bytes.byteOffset), 0, family);
}

function keyAt(view: DataView, at: number, family: Family): Key {
  if (family === 4) return view.getUint32(at);
  // No number holds 128 bits. The text is for nobody to read, and cheap.
  const word = (index: number) => view.getUint16(at + 2 * index);
  return String.fromCharCode(
    ...[word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7)],
  );
}
