/** How much is done to the API at the same time. */
export interface LoadPlan {
  readonly hostname: string;
  readonly port: number;
  /** `NAME:PASSWORD` of a user who may read. */
  readonly credentials: string;
  readonly requestsPerS: number;
  /** Keep-alive connections that the requests are spread over. */
  readonly clients: number;
  /** Event streams that are read. */
  readonly streams: number;
  /** Event streams that nobody reads. */
  readonly unreadStreams: number;
  /** Connections on which nothing is ever said. */
  readonly idle: number;
  /** Connections on which bodies without end come slowly, again and again. */
  readonly slowBodies: number;
  /** Connections on which heads without end come slowly, again and again; else none. */
  readonly slowHeads?: number;
  /** For so long requests are sent; everything else stays until the program is killed. */
  readonly durationMs: number;
}

/** What came of it. */
export interface LoadReport {
  /** Milliseconds since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Answers as they had to be. */
  readonly answered: number;
  /** Other answers, and connections that ended without one: how often, by what happened. */
  readonly wrong: Readonly<Record<string, number>>;
  /** From when a request was due to the end of its answer; 0 where there was no answer. */
  readonly latencyP99Ms: number;
  /** Bodies that were refused for being too large or too slow. */
  readonly refusedBodies: number;
  /** Connections on which heads came that the daemon ended. */
  readonly endedHeads: number;
  /** Event streams that the daemon ended. */
  readonly endedStreams: number;
}

/** The line before the first request: everything else is open. */
export const UNDER_WAY = "under way";
