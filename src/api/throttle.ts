import { IPV6_SIZE, parseIp } from "../base/ip.ts";

/** So many failures are forgiven … */
const FREE_FAILURES = 5;
/** … in this time. */
const WINDOW_MS = 60_000;
const MOST_SOURCES = 4096;
/** What one machine has of IPv6 is a /64 at least. */
const IPV6_NETWORK_BYTES = 8;

/** Counts failed sign-ins by where they come from. */
export class Throttle {
  /** The oldest source first; the times of its failures, the oldest first. */
  readonly #failures = new Map<string, readonly number[]>();

  /** Milliseconds until this address may try again; 0: at once. */
  waitMs(address: string, nowMs: number): number {
    const recent = this.#recent(sourceOf(address), nowMs);
    if (recent.length < FREE_FAILURES) return 0;
    return Math.max(0, (recent.at(-FREE_FAILURES) ?? nowMs) + WINDOW_MS - nowMs);
  }

  noteFailure(address: string, nowMs: number): void {
    const source = sourceOf(address);
    const recent = [...this.#recent(source, nowMs), nowMs].slice(-FREE_FAILURES);
    this.#failures.delete(source);
    this.#failures.set(source, recent);
    if (this.#failures.size <= MOST_SOURCES) return;
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined) this.#failures.delete(oldest);
  }

  #recent(source: string, nowMs: number): readonly number[] {
    return (this.#failures.get(source) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS);
  }
}

/** The address itself, or the network around it. What is no address is a source of its own. */
function sourceOf(text: string): string {
  const address = parseIp(text.replace(/%.*$/, ""));
  if (address?.bytes.length !== IPV6_SIZE) return text;
  const isMapped = address.bytes.subarray(0, 10).every((byte) => byte === 0) &&
    address.bytes[10] === 0xff && address.bytes[11] === 0xff;
  const part = isMapped ? address.bytes : address.bytes.subarray(0, IPV6_NETWORK_BYTES);
  return Array.from(part).join(".");
}
