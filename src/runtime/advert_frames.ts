import type { IpAddress } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import { advertOf } from "../vrrp/advert.ts";
import type { RouterConfig } from "../vrrp/types.ts";
import * as frame from "../wire/frame.ts";
import { MAX_ADDRESSES } from "../wire/vrrp2.ts";
import type { ChecksumForm } from "../wire/vrrp3.ts";

/** All that the advertisements of a virtual router follow from, but for the priority. */
export interface AdvertSource {
  readonly protocol: RouterConfig;
  readonly checksumForm: ChecksumForm;
  readonly sourceMac: MacAddress;
  readonly source: IpAddress;
  /** The interface's own addresses, as far as advertisements list them. */
  readonly listedAddresses: readonly IpAddress[];
  /** The peers; absent where one frame goes to the group. */
  readonly destinations?: readonly IpAddress[] | undefined;
  /** See AdvertFrame. */
  readonly pad: boolean;
  readonly room: frame.SealKind | undefined;
}

interface Built {
  readonly frames: readonly Uint8Array<ArrayBuffer>[];
  /** What is signed in them, where that is done for each sending. */
  readonly sealable: readonly frame.SealableFrame[];
}

/** The advertisements that follow from one source: each is built once, when it is first asked for. */
export class AdvertFrames {
  readonly #source: AdvertSource;
  readonly #built = new Map<number, Built>();

  constructor(source: AdvertSource) {
    this.#source = source;
  }

  /** With this priority: one to the group, or one for each peer. */
  of(priority: number): Built {
    const known = this.#built.get(priority);
    if (known !== undefined) return known;
    const destinations = this.#source.destinations ?? [undefined];
    const all = destinations.map((destination) => this.#build(priority, destination));
    const built = {
      frames: all.map(({ bytes }) => bytes),
      sealable: this.#source.room === undefined ? [] : all.map(({ sealable }) => sealable),
    };
    this.#built.set(priority, built);
    return built;
  }

  #build(priority: number, destination: IpAddress | undefined) {
    const { protocol, listedAddresses, destinations: _all, ...source } = this.#source;
    // One byte counts them; those of the interface are there for information only.
    const addresses = [...protocol.addresses, ...listedAddresses].slice(0, MAX_ADDRESSES);
    const message = {
      ...source,
      advert: advertOf(protocol, { priority, addresses }),
      ...(destination === undefined ? {} : { destination }),
      // Never fragmented, so the id means nothing (RFC 6864 section 4.1); rVRRPd sends 0 as well.
      ipId: 0,
    };
    const bytes = new Uint8Array(frame.advertSize(message));
    const view = new DataView(bytes.buffer);
    frame.emitAdvert(message, view);
    return { bytes, sealable: frame.sealableFrame(view, message) };
  }
}
