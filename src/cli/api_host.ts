import { isDeepStrictEqual } from "node:util";
import type { ApiNews, ApiRequest } from "../api/messages.ts";
import type { Change } from "../config/changes.ts";
import type { DaemonConfig } from "../config/types.ts";
import type { Log, OpenLog } from "../log.ts";
import type { Companion, Control } from "../runtime/companion.ts";
import { Publisher } from "../runtime/publisher.ts";
import { ApiCommands } from "./api_commands.ts";
import { apiSettings } from "./api_settings.ts";
import { type ApiPermissions, permissionsFor, startApiWorker } from "./api_worker.ts";
import type { ReadConfig } from "./config_file.ts";
import { waitForRestart } from "./fixed_keys.ts";
import type { RvrrpdOptions } from "./options.ts";
import { RestartDelay } from "./restart_delay.ts";

export interface ApiHostParts {
  readonly options: RvrrpdOptions;
  readonly read: ReadConfig;
  /** What the file said at the start, before paths in it were made whole. */
  readonly started: DaemonConfig | undefined;
  /** The directory that relative paths in the configuration begin at. */
  readonly home: string;
  readonly log: Log & Pick<OpenLog, "configure">;
}

/**
 * The API's thread, seen from the engine's. Whatever happens on it costs the virtual routers nothing.
 */
export class ApiHost implements Companion {
  readonly publisher: Publisher;
  /** What clients have changed of the configuration; it is changed in the same way after a reload. */
  readonly changes: Change[] = [];
  readonly #parts: ApiHostParts;
  readonly #startedMs = Date.now();
  #read: ReadConfig;
  #revisionNumber = 1;
  #worker: Worker | undefined;
  /** Of the thread that runs or ran last. */
  #permissions: ApiPermissions | undefined;
  #commands: ApiCommands | undefined;
  readonly #restartDelay = new RestartDelay();
  #restart: number | undefined;
  #hasStarted = false;
  /** Of the socket that the thread has made; "" while there is none. */
  #openSocket = "";

  constructor(parts: ApiHostParts) {
    this.#parts = parts;
    this.#read = parts.read;
    this.publisher = new Publisher({
      wallClock: () => Date.now(),
      post: (news) => this.#post(news),
    });
  }

  begin(control: Control): void {
    const { options } = this.#parts;
    const { changes } = this;
    this.#commands = new ApiCommands({
      control,
      options,
      changes,
      changed: (read) => this.configure(read),
      current: () => ({ digest: this.#read.digest, revision: this.#revision }),
      written: (read) => this.#takeWritten(read),
    });
    this.#follow();
  }

  /** Goes on under this configuration. */
  configure(read: ReadConfig): void {
    this.#read = read;
    this.#revisionNumber++;
    this.#follow();
  }

  /** As after SIGHUP: a client has written the file. Gives what of it waits for a restart. */
  #takeWritten(read: ReadConfig): readonly string[] {
    const { log, started } = this.#parts;
    if (read.config !== undefined) log.configure(read.config);
    this.configure(read);
    log.information(`A client has written the configuration to ${read.fileName}`);
    return waitForRestart(started, read.config);
  }

  /** Says nothing of what is in the configuration: that has secrets. */
  get #revision(): string {
    return `${this.#startedMs}-${this.#revisionNumber}`;
  }

  end(): void {
    clearTimeout(this.#restart);
    this.#stop();
    this.#commands = undefined;
  }

  #follow(): void {
    const settings = apiSettings(this.#read, {
      controlSocket: this.#controlSocket,
      home: this.#parts.home,
      revision: this.#revision,
      changes: this.changes,
    });
    if (settings === undefined || this.#commands === undefined) return this.#stop();
    const permissions = permissionsFor(settings);
    const mayGoOn = isDeepStrictEqual(permissions, this.#permissions);
    if (this.#worker !== undefined && mayGoOn) return this.#post({ tell: "settings", settings });
    this.#stop();
    clearTimeout(this.#restart);
    this.#permissions = permissions;
    this.#worker = this.#start(permissions);
    this.#post({ tell: "start", bell: this.publisher.bell, settings, ...this.#refused() });
    this.publisher.startOver();
  }

  /** Nobody knows any more which sessions had ended on a thread before. */
  #refused(): { readonly refusedUpToMs?: number } {
    const isFirst = !this.#hasStarted;
    this.#hasStarted = true;
    return isFirst ? {} : { refusedUpToMs: Date.now() };
  }

  #start(permissions: ApiPermissions): Worker {
    const worker = startApiWorker(permissions);
    this.#restartDelay.begin(performance.now());
    worker.onmessage = ({ data }: MessageEvent<ApiRequest>) => this.#take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#parts.log.error(
        `Internal error in the client API, which begins anew: ${event.message} (please report it)`,
      );
      this.#stop();
      const delayMs = this.#restartDelay.next(performance.now());
      this.#restart = setTimeout(() => this.#follow(), delayMs);
    };
    return worker;
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#removeSocket();
  }

  /** In the end as between two threads: the next one takes a socket that answers for somebody else's. */
  #removeSocket(): void {
    if (this.#openSocket === "") return;
    try {
      Deno.removeSync(this.#openSocket);
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound;
      const why = error instanceof Error ? error.message : String(error);
      if (!isGone) this.#parts.log.warning(`Cannot remove the control socket: ${why}`);
    }
    this.#openSocket = "";
  }

  #post(news: ApiNews): void {
    this.#worker?.postMessage(news);
  }

  #take(request: ApiRequest): void {
    if (request.ask === "command") this.#run(request);
    else if (request.ask === "log") this.#parts.log[request.level](request.text);
    else this.#openSocket = this.#controlSocket;
  }

  async #run({ id, command }: Extract<ApiRequest, { ask: "command" }>): Promise<void> {
    const outcome = await this.#commands?.run(command);
    if (outcome !== undefined) this.#post({ tell: "outcome", id, outcome });
  }

  /** As it was at the start: this process keeps it. */
  get #controlSocket(): string {
    return this.#parts.read.config?.controlSocket ?? "";
  }
}
