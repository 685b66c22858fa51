import type { ReadConfig } from "./config_file.ts";
import { readConfig } from "./config_file.ts";
import { ExitError } from "./exit.ts";
import type { RvrrpdOptions } from "./options.ts";

/** What the thread answers: the configuration with all remarks, or why there is none to be read. */
type Answer = { readonly read: ReadConfig } | { readonly refused: string };

/** The parts of a worker's global object that are used here. */
interface WorkerScope {
  onmessage: (event: MessageEvent<RvrrpdOptions>) => void;
  postMessage(answer: Answer): void;
}

/** Whether this is the thread that {@linkcode readConfigElsewhere} has started. */
export function isConfigWorker(): boolean {
  return "WorkerGlobalScope" in globalThis;
}

/** The whole life of that thread. */
export function serveConfig(): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = ({ data: options }) => scope.postMessage(answer(options));
}

function answer(options: RvrrpdOptions): Answer {
  try {
    return { read: readConfig(options) };
  } catch (error) {
    if (error instanceof ExitError) return { refused: error.message };
    throw error;
  }
}

/**
 * Reads the configuration on a thread of its own: a large one takes longer than an advertisement
 * may wait. Throws {@linkcode Error} where there is none to be read.
 */
export async function readConfigElsewhere(options: RvrrpdOptions): Promise<ReadConfig> {
  const worker = new Worker(Deno.mainModule, { type: "module" });
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      worker.postMessage(options);
    });
    if ("refused" in answer) throw new Error(answer.refused);
    return answer.read;
  } finally {
    worker.terminate();
  }
}
