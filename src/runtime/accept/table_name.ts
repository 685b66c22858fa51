const NAME = /^rvrrpd_\d+_[0-9a-f]{8}$/;

/**
 * The process is for people who look at the rules; the rest keeps apart what have one number in
 * different containers of one network.
 */
export function newTableName(pid: number): string {
  return `rvrrpd_${pid}_${crypto.getRandomValues(new Uint8Array(4)).toHex()}`;
}

/** Whether no one but a daemon of ours can have made a table of this name. */
export function isTableName(name: string): boolean {
  return NAME.test(name);
}
