import { Api } from "./api.ts";
import { ConnectionWatch, mostConnectionsOf, type SeenConnection } from "./connection_watch.ts";
import { ControlSocket } from "./control_socket.ts";
import { Listeners } from "./listeners.ts";
import { LogBudget } from "./log_budget.ts";
import type { ApiNews, ApiRequest } from "./messages.ts";
import { RemoteEngine } from "./remote_engine.ts";
import type { ApiSettings } from "./settings.ts";

export interface ApiWorkerParts {
  /** Sends to the engine's thread. */
  readonly send: (request: ApiRequest) => void;
  /** Wakes that thread, to look for messages or to tell how things are. */
  readonly ring: (bell: number, what: "asked" | "sent") => void;
  /** Keeps everybody but the owner from files that this thread makes. */
  readonly makePrivateFiles: () => void;
  /** The connections that others have made to these ports of ours. */
  readonly connectionsTo: (ports: ReadonlySet<number>) => readonly SeenConnection[];
  /** So many descriptors this process may have. */
  readonly descriptorLimit: () => number;
}

/** The API on a thread of its own. Gives the function that takes what the engine's thread sends. */
export function apiWorker(parts: ApiWorkerParts): (news: ApiNews) => void {
  let running: Running | undefined;
  return (news) => {
    if (news.tell === "start") running = new Running(parts, news);
    else running?.take(news);
  };
}

class Running {
  readonly #engine: RemoteEngine;
  readonly #api: Api;
  readonly #listeners: Listeners;
  readonly #ports = new Set<number>();

  constructor(
    { send, ring, makePrivateFiles, connectionsTo, descriptorLimit }: ApiWorkerParts,
    { bell, settings, refusedUpToMs }: Extract<ApiNews, { tell: "start" }>,
  ) {
    const sendAndRing = (request: ApiRequest) => {
      send(request);
      ring(bell, "sent");
    };
    const steadyClock = () => performance.now();
    const lines = new LogBudget({
      write: (level, text) => sendAndRing({ ask: "log", level, text }),
      clock: steadyClock,
    });
    const log: LogBudget["tell"] = (level, text) => lines.tell(level, text);
    this.#engine = new RemoteEngine({
      send: sendAndRing,
      ask: () => ring(bell, "asked"),
      clock: steadyClock,
    });
    this.#api = new Api({
      settings,
      engine: this.#engine,
      log: { error: (text) => log("error", text) },
      problems: () => this.#listeners.problems,
      clock: () => Date.now(),
      steadyClock,
      refusedUpToMs,
    });
    this.#listeners = new Listeners({
      handle: (...arrival) => this.#api.handle(...arrival),
      log,
      watch: new ConnectionWatch({
        list: () => connectionsTo(this.#ports),
        steadyClock,
        mostConnections: mostConnectionsOf(descriptorLimit()),
        warn: (text) => log("warning", text),
      }),
    });
    this.#follow(settings);
    if (settings.controlSocket === "") return;
    new ControlSocket({
      path: settings.controlSocket,
      makePrivateFiles,
      handle: (...arrival) => this.#api.handleLocal(...arrival),
      log,
      opened: () => sendAndRing({ ask: "opened" }),
    }).open();
  }

  take(news: Exclude<ApiNews, { tell: "start" }>): void {
    if (news.tell !== "settings") return this.#engine.take(news);
    this.#api.configure(news.settings);
    this.#follow(news.settings);
  }

  #follow({ listen, users }: ApiSettings): void {
    // Connections to an address that is listened on no more may still be open.
    for (const { port } of listen.hosts) this.#ports.add(port);
    this.#listeners.follow(users.length === 0 ? { hosts: [] } : listen);
  }
}
