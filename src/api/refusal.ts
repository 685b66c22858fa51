import type { Detail } from "./messages.ts";

export type RefusalStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 408
  | 409
  | 412
  | 413
  | 415
  | 422
  | 428
  | 429
  | 503;

export interface RefusalOptions {
  readonly details?: readonly Detail[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is not carried out; the message is for the client. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: RefusalStatus;
  readonly details: readonly Detail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: RefusalStatus, message: string, options: RefusalOptions = {}) {
    super(message);
    this.status = status;
    this.details = options.details ?? [];
    this.headers = options.headers ?? {};
  }
}
