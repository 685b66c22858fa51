import type { Fault } from "../config/fault.ts";
import { FileHasChanged, replaceFile } from "../daemon/replace_file.ts";
import { digestOf } from "./config_file.ts";

/** More of them nobody reads, and each has to come to the process that answers. */
const MOST_FAULTS = 1000;

/** What the file is to hold. */
export interface ConfigDraft {
  readonly fileName: string;
  readonly text: string;
  /** What it holds until then. */
  readonly digest: string;
}

export type Refused = {
  readonly done: false;
  readonly why: "stale" | "conflict" | "invalid" | "unable";
  readonly message: string;
  readonly faults: readonly Fault[];
};

export type PutAnswer = Refused | { readonly done: true; readonly remarks: readonly string[] };

/**
 * Writes the configuration file anew, or says why not; then it is as it was. It takes the time of a slow
 * disk. `begin` is called when all that is left is to put it in its place; what it throws prevents that.
 */
export function putConfig({ fileName, text, digest }: ConfigDraft, begin: () => void): PutAnswer {
  try {
    const { remark } = replaceFile({
      path: fileName,
      bytes: new TextEncoder().encode(text),
      isExpected: (bytes) =>
        digestOf(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) === digest,
      begin,
    });
    return { done: true, remarks: remark === undefined ? [] : [remark] };
  } catch (error) {
    if (error instanceof FileHasChanged) return stale();
    return refused("unable", error instanceof Error ? error.message : String(error));
  }
}

export function stale(): Refused {
  const mend = "have the daemon read it (rvrrpd reload, SIGHUP) and begin again";
  return refused("stale", `The configuration file has changed since the daemon read it: ${mend}`);
}

export function refused(
  why: Refused["why"],
  message: string,
  faults: readonly Fault[] = [],
): Refused {
  return { done: false, why, message, faults: faults.slice(0, MOST_FAULTS) };
}
