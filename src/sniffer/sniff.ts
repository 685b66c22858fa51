import { dissect } from "./dissect.ts";
import { formatJson } from "./json.ts";
import type { Others } from "./others.ts";
import type { PcapOutput } from "./pcap_output.ts";
import type { CaughtFrame } from "./sighting.ts";
import type { FrameSource } from "./source.ts";
import { formatText } from "./text.ts";

export interface SniffOptions {
  readonly source: FrameSource;
  readonly format: "text" | "json";
  /** Ends after so many frames were shown. */
  readonly limit: number;
  /** Gets every frame that is shown, as it was caught. */
  readonly output?: PcapOutput;
  readonly others: Others;
  /** Takes whole lines; slow readers are waited for. */
  readonly show: (text: string) => Promise<void>;
  /** Ends it at once, also while a reader is slow. */
  readonly stop: AbortSignal;
}

/** Shows what comes from the source until it ends. Gives how many frames were shown. */
export async function sniff(options: SniffOptions): Promise<number> {
  const { source, limit, show, stop } = options;
  const stopped = whenAborted(stop);
  const batches = source.batches(stop);
  let shown = 0;
  while (shown < limit) {
    const next = await Promise.race([batches.next(), stopped]);
    if (next === undefined || next.done === true) break;
    const texts = showable(next.value, options, limit - shown);
    shown += texts.length;
    if (texts.length > 0) await Promise.race([show(`${texts.join("\n")}\n`), stopped]);
  }
  return shown;
}

function whenAborted(stop: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve(undefined);
    stop.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

function showable(
  frames: readonly CaughtFrame[],
  { format, output, others }: SniffOptions,
  limit: number,
): string[] {
  const texts: string[] = [];
  for (const frame of frames) {
    if (texts.length >= limit) break;
    const sighting = dissect(frame);
    const { content } = sighting;
    if (content.kind === "other") {
      others.add(content.what);
      continue;
    }
    output?.write(frame);
    texts.push(format === "json" ? formatJson(sighting) : formatText(sighting));
  }
  return texts;
}
