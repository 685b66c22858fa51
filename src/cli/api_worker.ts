import type { SeenConnection } from "../api/connection_watch.ts";
import { peerName } from "../api/listeners.ts";
import type { ApiNews, ApiRequest } from "../api/messages.ts";
import type { ApiSettings } from "../api/settings.ts";
import { apiWorker } from "../api/worker.ts";
import { formatIp, ipFromBytes } from "../base/ip.ts";
import { ring } from "../runtime/doorbell.ts";
import {
  connectionsTo,
  cutConnection,
  descriptorLimit,
  type TcpConnection,
} from "../runtime/tcp_connections.ts";
import { setThreadUmask } from "../runtime/thread_umask.ts";

/** Nothing for anybody but the owner. */
const PRIVATE = 0o177;
const NAME = "rvrrpd-api";

/** The parts of a worker's global object that are used here. */
interface WorkerScope {
  readonly name?: string;
  onmessage: (event: MessageEvent<ApiNews>) => void;
  postMessage(request: ApiRequest): void;
}

const scope = globalThis as unknown as WorkerScope;

/** Whether this is the thread that {@linkcode startApiWorker} has started. */
export function isApiWorker(): boolean {
  return "WorkerGlobalScope" in globalThis && scope.name === NAME;
}

/** The whole life of that thread. */
export function serveApi(): void {
  const take = apiWorker({
    send: (request) => scope.postMessage(request),
    ring,
    makePrivateFiles: () => setThreadUmask(PRIVATE),
    connectionsTo: (ports) => connectionsTo(ports).map(seenConnection),
    descriptorLimit,
  });
  scope.onmessage = ({ data }) => take(data);
}

export function seenConnection(connection: TcpConnection): SeenConnection {
  const { peer: { address, port }, receivedBytes } = connection;
  const hostname = formatIp(ipFromBytes(Uint8Array.from(address)));
  return {
    from: peerName({ hostname, port }),
    receivedBytes,
    cut: () => cutConnection(connection),
  };
}

/** What a thread needs to listen like this; it cannot be given more later. */
export function permissionsFor(
  { listen: { hosts, tls }, controlSocket }: Pick<ApiSettings, "listen" | "controlSocket">,
): ApiPermissions {
  const socket = controlSocket === "" ? [] : [controlSocket];
  return {
    net: hosts.map(({ address, port }) => `${formatHost(address)}:${port}`),
    read: [...socket, ...tls === undefined ? [] : [tls.keyFile, tls.certificateFile]],
    write: socket,
    // For the doorbell, the umask and the connections.
    ffi: "inherit",
  };
}

export interface ApiPermissions {
  readonly net: string[];
  readonly read: string[];
  readonly write: string[];
  readonly ffi: "inherit";
}

/** Starts the thread that answers clients; it waits for the news that tells it to begin. */
export function startApiWorker(permissions: ApiPermissions): Worker {
  const denied = { env: false, import: false, run: false, sys: false } as const;
  return new Worker(Deno.mainModule, {
    type: "module",
    name: NAME,
    deno: { permissions: { ...denied, ...permissions } },
  });
}

function formatHost(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
