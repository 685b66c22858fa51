/** A figure that the run did not yield. A slow figure is none of these: it is only slow. */
export class NotMeasurable extends Error {
  override readonly name = "NotMeasurable";
}
