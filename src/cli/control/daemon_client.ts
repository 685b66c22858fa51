import { EXIT, type ExitCode, ExitError } from "../exit.ts";
import { type ServerEvent, serverEvents } from "./server_events.ts";

/** Longer than the daemon itself waits for its engine. */
const PATIENCE_MS = 40_000;

/** Speaks to a running daemon over its control socket. */
export class DaemonClient implements Disposable {
  readonly path: string;
  readonly #http: Deno.HttpClient;

  private constructor(path: string) {
    this.path = path;
    this.#http = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  }

  /** Throws {@linkcode ExitError} where no daemon answers. */
  static async open(path: string): Promise<DaemonClient> {
    await knock(path);
    return new DaemonClient(path);
  }

  /** Gives the JSON of the answer. Throws {@linkcode ExitError} with what the daemon has against it. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#fetch(path, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    if (!answer.ok) throw await refusal(answer);
    return await answer.json();
  }

  /** All virtual routers, then every change of state until `signal`, or the daemon's end. */
  async *events(signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const answer = await this.#fetch("/run/events", { signal });
    if (!answer.ok || answer.body === null) throw await refusal(answer);
    try {
      yield* serverEvents(answer.body);
    } catch (error) {
      // A daemon that ends breaks the answer off, and whoever has seen enough does so, too.
      if (!(error instanceof TypeError) && !signal.aborted) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`http://localhost${path}`, { ...init, client: this.#http });
    } catch {
      throw new ExitError(EXIT.noDaemon, `The daemon at ${this.path} does not answer any more`);
    }
  }
}

async function knock(path: string): Promise<void> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
  } catch (error) {
    throw new ExitError(EXIT.noDaemon, `No daemon answers at ${path}: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return "there is no such socket (does rvrrpd run? -c FILE or --socket PATH name another one)";
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return "nobody listens on it (has the daemon ended?)";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied (run this as the daemon's user)";
  }
  return error instanceof Error ? error.message : String(error);
}

/** What the user asked for and the daemon would not do. */
async function refusal(answer: Response): Promise<ExitError> {
  const { error, details } = await readError(answer);
  const more = details.map(({ path, message }) =>
    `\n  ${path}${path === "" ? "" : ": "}${message}`
  );
  return new ExitError(exitCodeOf(answer.status), `${error}${more.join("")}`);
}

function exitCodeOf(status: number): ExitCode {
  if (status === 503) return EXIT.noDaemon;
  return status === 409 ? EXIT.refused : EXIT.wrongUse;
}

interface ErrorText {
  readonly error: string;
  readonly details: readonly { readonly path: string; readonly message: string }[];
}

async function readError(answer: Response): Promise<ErrorText> {
  try {
    return await answer.json();
  } catch {
    return { error: `The daemon answers ${answer.status}`, details: [] };
  }
}
