import type { Ends } from "./pseudo_header.ts";
import * as vrrp2 from "./vrrp2.ts";
import * as vrrp3 from "./vrrp3.ts";

/** A message to be sent: its version is told by its fields. */
export type Advert = vrrp2.Vrrp2Advert | vrrp3.Vrrp3Advert;

function isVersion3(advert: Advert): advert is vrrp3.Vrrp3Advert {
  return "advertIntervalCs" in advert;
}

export function size(advert: Advert): number {
  return isVersion3(advert) ? vrrp3.size(advert) : vrrp2.size(advert);
}

/** Ends and form matter to version 3 alone: version 2 sums up nothing but the message itself. */
export function emit(
  advert: Advert,
  ends: Ends & { readonly form?: vrrp3.ChecksumForm | undefined },
  view: DataView,
): void {
  if (isVersion3(advert)) vrrp3.emit(advert, ends, view);
  else vrrp2.emit(advert, view);
}
