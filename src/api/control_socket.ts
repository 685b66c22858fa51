import type { ApiRequest } from "./messages.ts";
import type { WhenGone } from "./streams.ts";

/** So long until a path is tried again that could not be listened on. */
const RETRY_MS = 10_000;
/** So long until a socket opens anew that has failed: what it lacked may be there again. */
const REOPEN_MS = 1000;

export interface ControlSocketParts {
  readonly path: string;
  readonly handle: (request: Request, whenGone: WhenGone) => Promise<Response>;
  readonly log: (level: Extract<ApiRequest, { ask: "log" }>["level"], text: string) => void;
  /** Keeps everybody but the owner from files that this thread makes. */
  readonly makePrivateFiles: () => void;
  /** The socket is there, and is this process's to remove. */
  readonly opened: () => void;
}

/**
 * The API on a socket in the file system. Who may use it is the kernel's to say: connecting needs the
 * permission to write, which the thread's umask leaves to the owner alone.
 */
export class ControlSocket {
  readonly #parts: ControlSocketParts;
  #told = "";

  constructor(parts: ControlSocketParts) {
    this.#parts = parts;
  }

  /** Opens it, now or when that can be done. */
  async open(): Promise<void> {
    const { path, makePrivateFiles } = this.#parts;
    try {
      makePrivateFiles();
      await removeStale(path);
      this.#serve();
      this.#told = "";
      this.#parts.opened();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#tell(`The control socket ${path} cannot be opened: ${why} (tried again)`);
      setTimeout(() => this.open(), RETRY_MS);
    }
  }

  #serve(): void {
    const { path, handle, log } = this.#parts;
    const server = Deno.serve({
      path,
      onListen: () => {},
      onError: (error) => {
        const why = error instanceof Error ? error.message : String(error);
        log("error", `Internal error in the client API: ${why} (please report it)`);
        return new Response(null, { status: 503 });
      },
    }, (request, info) => handle(request, () => info.completed));
    // An accept() that fails, for want of descriptors above all, ends the server. Where nobody looks
    // at that it ends the thread too, and the whole API with it.
    server.finished.catch((error) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#tell(`The control socket ${path} accepts no more: ${why} (opened anew soon)`);
      setTimeout(() => this.open(), REOPEN_MS);
    });
  }

  #tell(text: string): void {
    if (text === this.#told) return;
    this.#told = text;
    this.#parts.log("warning", text);
  }
}

/** Makes room where a daemon has ended without order. Throws where the path is anything else. */
async function removeStale(path: string): Promise<void> {
  const found = lookAt(path);
  if (found === undefined) return;
  if (!found.isSocket) throw new Error("there is something else of this name (remove it)");
  if (await isAnswered(path)) throw new Error("another daemon has it (choose another path)");
  await Deno.remove(path);
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What nobody accepts from any more is refused; everything else may be alive. */
async function isAnswered(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.ConnectionRefused);
  }
}
