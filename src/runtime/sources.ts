import type { Fd } from "../../ffi/fd.ts";
import { FIRST_TOKEN, type Poller } from "../../ffi/poller.ts";
import type { Watcher } from "./attention.ts";
import type { Batch } from "./batch.ts";

type Source = (batch: Batch, nowMs: number) => void;

/** The descriptors that the poller watches, and who reads each of them. */
export class Sources implements Watcher {
  readonly #poller: Poller;
  readonly #sources = new Map<number, Source>();
  readonly #tokens = new Map<Fd, number>();
  #nextToken = FIRST_TOKEN;

  constructor(poller: Poller) {
    this.#poller = poller;
  }

  watch(fd: Fd, source: Source): void {
    const token = this.#nextToken++;
    this.#poller.add(fd, token);
    this.#tokens.set(fd, token);
    this.#sources.set(token, source);
  }

  unwatch(fd: Fd): void {
    const token = this.#tokens.get(fd);
    if (token === undefined) return;
    this.#poller.remove(fd);
    this.#tokens.delete(fd);
    this.#sources.delete(token);
  }

  /** Reads what is ready. A source may have ended since the poller named it. */
  take(ready: readonly number[], batch: Batch, nowMs: number): void {
    for (const token of ready) this.#sources.get(token)?.(batch, nowMs);
  }
}
