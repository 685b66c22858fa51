import { formatIp, parseIp } from "../base/ip.ts";
import { isLoopback } from "../config/addresses.ts";
import type { ListenAddress } from "../config/types.ts";
import type { ConnectionWatch } from "./connection_watch.ts";
import { EVENT_STREAM_TYPE } from "./event_stream.ts";
import type { ApiRequest } from "./messages.ts";
import type { ListenPlan } from "./settings.ts";
import type { WhenGone } from "./streams.ts";

/** So long until an address is tried again that could not be listened on. */
const RETRY_MS = 10_000;
/** So long until a listener opens anew that has failed: what it lacked may be there again. */
const REOPEN_MS = 1000;

export interface ListenersParts {
  readonly handle: (request: Request, address: string, whenGone: WhenGone) => Promise<Response>;
  readonly log: (level: Extract<ApiRequest, { ask: "log" }>["level"], text: string) => void;
  /** Ends connections on which no request comes. */
  readonly watch: ConnectionWatch;
}

type Keys = { readonly key: string; readonly cert: string };

/** The sockets of the API. What cannot be opened is told once and tried again; nothing else suffers. */
export class Listeners {
  readonly #parts: ListenersParts;
  readonly #open = new Map<string, Deno.HttpServer<Deno.NetAddr>>();
  readonly #told = new Map<string, string>();
  #plan: ListenPlan | undefined;
  #keys: Keys | undefined;
  #retry: number | undefined;

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  /** What cannot be listened on at the moment, and why. */
  get problems(): readonly string[] {
    return [...this.#told.values()];
  }

  /**
   * Goes on as planned. A listener opens anew where its certificate may have changed, before the old
   * one stops to accept; with a certificate that cannot be used the old one stays.
   */
  follow(plan: ListenPlan): void {
    const before = this.#plan;
    this.#plan = plan;
    this.#parts.watch.follow(plan.hosts.length > 0);
    const names = new Set(plan.hosts.map(nameOf));
    for (const name of this.#open.keys()) if (!names.has(name)) this.#close(name);
    const keys = this.#readKeys(plan);
    const isSame = (before?.tls === undefined) === (plan.tls === undefined) &&
      keys?.key === this.#keys?.key && keys?.cert === this.#keys?.cert;
    if (plan.tls !== undefined && keys === undefined) return this.#retryLater();
    this.#keys = keys;
    for (const host of plan.hosts) {
      if (!isSame || !this.#open.has(nameOf(host))) this.#listen(host, keys);
    }
  }

  #readKeys({ tls }: ListenPlan): Keys | undefined {
    if (tls === undefined) return undefined;
    try {
      const keys = {
        key: Deno.readTextFileSync(tls.keyFile),
        cert: Deno.readTextFileSync(tls.certificateFile),
      };
      this.#told.delete("keys");
      return keys;
    } catch (error) {
      this.#tell("keys", `Cannot read the API's key or certificate: ${reason(error)}`);
      return undefined;
    }
  }

  #listen(host: ListenAddress, keys: Keys | undefined): void {
    const name = nameOf(host);
    const old = this.#open.get(name);
    try {
      // Two sockets of one address are for our own old and new one only: anybody else's is a fault.
      if (old === undefined) Deno.listen({ hostname: host.address, port: host.port }).close();
      this.#open.set(name, this.#serve(host, keys));
      this.#told.delete(name);
      this.#tellOpen(host, keys);
    } catch (error) {
      const what = old === undefined ? "tried again" : "going on with the old certificate";
      this.#tell(name, `The client API cannot listen on ${name}: ${reason(error)} (${what})`);
      this.#retryLater();
      return;
    }
    old?.shutdown().catch(() => {});
  }

  #tellOpen(host: ListenAddress, keys: Keys | undefined): void {
    const { log } = this.#parts;
    const url = `${keys === undefined ? "http" : "https"}://${nameOf(host)}`;
    log("information", `The client API listens on ${url}`);
    const address = parseIp(host.address);
    if (keys !== undefined || address === undefined || isLoopback(address)) return;
    log("warning", `Passwords go to ${url} for everybody to read (tls = true, or a loopback host)`);
  }

  #serve(host: ListenAddress, keys: Keys | undefined): Deno.HttpServer<Deno.NetAddr> {
    const { log } = this.#parts;
    const server = Deno.serve({
      hostname: host.address,
      port: host.port,
      reusePort: true,
      ...keys,
      onListen: () => {},
      onError: (error) => {
        log("error", `Internal error in the client API: ${reason(error)} (please report it)`);
        return new Response(null, { status: 503 });
      },
    }, (request, info) => this.#answer(request, info));
    // An accept() that fails, for want of descriptors above all, ends the server. Where nobody looks
    // at that it ends the thread too, and the whole API with it.
    server.finished.catch((error) => this.#lose(host, server, error));
    return server;
  }

  async #answer(
    request: Request,
    { remoteAddr, completed }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Promise<Response> {
    const { handle, watch } = this.#parts;
    const end = watch.begin(peerName(remoteAddr));
    try {
      const answer = await handle(request, remoteAddr.hostname, () => completed);
      if (answer.headers.get("content-type") === EVENT_STREAM_TYPE) completed.then(end, end);
      else end();
      return answer;
    } catch (error) {
      end();
      throw error;
    }
  }

  #lose(host: ListenAddress, server: Deno.HttpServer<Deno.NetAddr>, error: unknown): void {
    const name = nameOf(host);
    if (this.#open.get(name) !== server) return;
    this.#open.delete(name);
    this.#tell(
      name,
      `The client API accepts no more on ${name}: ${reason(error)} (opened anew soon)`,
    );
    this.#retryLater(REOPEN_MS);
  }

  #close(name: string): void {
    this.#open.get(name)?.shutdown().catch(() => {});
    this.#open.delete(name);
  }

  #retryLater(afterMs = RETRY_MS): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.#plan !== undefined) this.follow(this.#plan);
    }, afterMs);
  }

  #tell(about: string, text: string): void {
    if (this.#told.get(about) === text) return;
    this.#told.set(about, text);
    this.#parts.log("error", text);
  }
}

/** Who has made a connection, in the one way that there is to write an address. */
export function peerName({ hostname, port }: { hostname: string; port: number }): string {
  const address = parseIp(hostname);
  return `${address === undefined ? hostname : formatIp(address)} ${port}`;
}

function nameOf({ address, port }: ListenAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
