/** A run of bytes inside a view. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

/** Copies bytes out, so that they outlive a receive buffer that is used again for the next frame. */
export function copyBytes(view: DataView, span: Span): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer, view.byteOffset + span.at, span.length).slice();
}

export function putBytes(view: DataView, at: number, bytes: Uint8Array): void {
  new Uint8Array(view.buffer, view.byteOffset + at, bytes.length).set(bytes);
}

/** The same memory under a narrower view. */
export function subView(view: DataView, span: Span): DataView {
  return new DataView(view.buffer, view.byteOffset + span.at, span.length);
}
