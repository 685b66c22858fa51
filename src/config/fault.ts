/** One thing wrong with a configuration, in words for the one who wrote it. Never holds a secret. */
export interface Fault {
  /** Where in the document, such as `vrouter[0].priority`; "" for the document as a whole. */
  readonly path: string;
  /** Counted from 1. */
  readonly line?: number;
  /** What is wrong, with the value found. */
  readonly problem: string;
  /** What is allowed, or the mend. */
  readonly hint: string;
  /** A key that nobody reads: an error for `--check`, a warning at start. */
  readonly unknownKey?: true;
  /** A warning at start that is an error for `--check` all the same. */
  readonly failsCheck?: true;
}

/** One line, such as `rvrrpd.conf:12: vrouter[0].priority: 300 is out of range (1 to 254)`. */
export function formatFault(fault: Fault, fileName: string): string {
  const line = fault.line === undefined ? "" : `:${fault.line}`;
  const key = fault.path === "" ? "" : ` ${fault.path}:`;
  return `${fileName}${line}:${key} ${fault.problem} (${fault.hint})`;
}
