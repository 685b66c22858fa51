export type Level = "MUST" | "MUST NOT" | "SHOULD" | "SHOULD NOT" | "RECOMMENDED" | "MAY";

/** Something that an RFC asks of a VRRP router, in one plain sentence. */
export interface Requirement {
  /** A letter and a number, as the names of tests carry it: `… [B9 demands]`. */
  readonly id: string;
  readonly level: Level;
  /** RFC and section. */
  readonly source: string;
  readonly sentence: string;
  /** Why it does not bind rvrrpd; then no test shows it. */
  readonly unbound?: string;
  /** What rvrrpd does instead, and why. */
  readonly deviation?: string;
  /**
   * Why no test shows what it demands, or what it forbids. A MUST and a MUST NOT need both or a reason
   * for each, all others one of either or a reason.
   */
  readonly without?: { readonly demands?: string; readonly forbids?: string };
}

export interface Section {
  readonly title: string;
  readonly requirements: readonly Requirement[];
}
