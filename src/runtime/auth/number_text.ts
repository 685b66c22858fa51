import { createHash } from "node:crypto";
import type { Mark, ReplayMemory } from "../../vrrp/replay_memory.ts";
import { formatSequence, later, parseSequence, type Sequence } from "../../wire/sequence.ts";

/*
 * A file of numbers: a line that says what it is, one for each virtual router, and at the end how many
 * there are and a hash of all that stands before. Each line is a JSON object.
 */

const HEAD = '{"rvrrpd":"numbers","version":1}\n';

/** By the virtual router's identity. */
export type Memories = ReadonlyMap<string, ReplayMemory>;

interface Line {
  readonly router: string;
  readonly last?: string;
  readonly reserved?: string;
  readonly wallAheadMs?: number;
  readonly bootId?: string;
  /** Sequence and skew of each sender. */
  readonly marks: Readonly<Record<string, readonly [string, number]>>;
}

/** Writes such a file piece by piece. */
export class NumberText {
  readonly #hash = createHash("sha256");
  #lines = 0;

  head(): string {
    return this.#hashed(HEAD);
  }

  router(router: string, memory: ReplayMemory): string {
    this.#lines++;
    return this.#hashed(JSON.stringify(lineOf(router, memory)) + "\n");
  }

  end(): string {
    const sha256 = this.#hash.copy().digest("hex");
    return JSON.stringify({ routers: this.#lines, sha256 }) + "\n";
  }

  #hashed(text: string): string {
    this.#hash.update(text);
    return text;
  }
}

function lineOf(router: string, memory: ReplayMemory): Line {
  const { last, reserved, marks, ...where } = memory;
  return {
    router,
    ...(last === undefined ? {} : { last: formatSequence(last) }),
    ...(reserved === undefined ? {} : { reserved: formatSequence(reserved) }),
    ...where,
    marks: Object.fromEntries(
      Array.from(
        marks,
        ([sender, { sequence, skewMs }]) => [sender, [formatSequence(sequence), skewMs]],
      ),
    ),
  };
}

/** `undefined` where the text is not whole, or not such a file. */
export function parseNumbers(text: string): Memories | undefined {
  const end = text.lastIndexOf("\n", text.length - 2) + 1;
  const body = text.slice(0, end);
  if (!body.startsWith(HEAD)) return undefined;
  const said = parseObject(text.slice(end));
  if (said?.["sha256"] !== createHash("sha256").update(body).digest("hex")) return undefined;
  const memories = new Map<string, ReplayMemory>();
  for (const line of body.slice(HEAD.length).split("\n").slice(0, -1)) {
    const parsed = parseLine(line);
    if (parsed === undefined) return undefined;
    memories.set(parsed.router, parsed.memory);
  }
  return said["routers"] === memories.size ? memories : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function parseLine(text: string): { router: string; memory: ReplayMemory } | undefined {
  const line = parseObject(text);
  const router = line?.["router"];
  const marks = parseMarks(line?.["marks"]);
  if (line === undefined || typeof router !== "string" || marks === undefined) return undefined;
  const { wallAheadMs, bootId } = line;
  const last = sequenceIn(line["last"]);
  const reserved = sequenceIn(line["reserved"]);
  return {
    router,
    memory: {
      marks,
      ...(last === undefined ? {} : { last }),
      ...(reserved === undefined ? {} : { reserved }),
      ...(typeof wallAheadMs === "number" ? { wallAheadMs } : {}),
      ...(typeof bootId === "string" ? { bootId } : {}),
    },
  };
}

function parseMarks(value: unknown): Map<string, Mark> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const marks = new Map<string, Mark>();
  for (const [sender, pair] of Object.entries(value)) {
    const [text, skewMs]: unknown[] = Array.isArray(pair) ? pair : [];
    const sequence = sequenceIn(text);
    if (sequence === undefined || typeof skewMs !== "number") return undefined;
    marks.set(sender, { sequence, skewMs });
  }
  return marks;
}

function sequenceIn(value: unknown): Sequence | undefined {
  return typeof value === "string" ? parseSequence(value) : undefined;
}

/** What both say: of each number the later one. */
export function mergeMemories(a: ReplayMemory, b: ReplayMemory): ReplayMemory {
  const marks = new Map(a.marks);
  for (const [sender, mark] of b.marks) {
    const known = marks.get(sender);
    if (known === undefined || later(known.sequence, mark.sequence) === mark.sequence) {
      marks.set(sender, mark);
    }
  }
  const last = latest(a.last, b.last);
  const reserved = latest(a.reserved, b.reserved);
  const newer = last === a.last ? a : b;
  return {
    ...newer,
    marks,
    ...(last === undefined ? {} : { last }),
    ...(reserved === undefined ? {} : { reserved }),
  };
}

function latest(a: Sequence | undefined, b: Sequence | undefined): Sequence | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return later(a, b);
}
