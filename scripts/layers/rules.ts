/** What one layer may import besides its own files. */
export interface Layer {
  readonly name: string;
  /** A file belongs to the first layer whose path its own begins with. */
  readonly path: string;
  /** Paths of layers or of single files. */
  readonly imports: readonly string[];
  /** Packages and built-in modules it may import; without a list, all of them. */
  readonly packages?: readonly string[];
}

const PURE = { packages: [] } as const;
const LOG = "src/log.ts";
const LOG_PARTS = "src/log/";
/** What a configuration is once it has been read: types alone. */
const CONFIG_TYPES = "src/config/types.ts";

/** The arrows of the design, from the inside out. */
export const LAYERS: readonly Layer[] = [
  { name: "ffi", path: "ffi/", imports: [], ...PURE },
  { name: "base", path: "src/base/", imports: [], ...PURE },
  // Cryptography is a pure function, and writing one's own would be a fault.
  { name: "wire", path: "src/wire/", imports: ["src/base/"], packages: ["node:crypto"] },
  { name: "vrrp", path: "src/vrrp/", imports: ["src/base/", "src/wire/"], ...PURE },
  { name: "log", path: LOG, imports: [LOG_PARTS, "src/base/", CONFIG_TYPES] },
  { name: "log", path: LOG_PARTS, imports: ["src/base/", CONFIG_TYPES] },
  { name: "drivers", path: "src/drivers/", imports: ["ffi/", "src/wire/", "src/base/", LOG] },
  {
    name: "runtime",
    path: "src/runtime/",
    imports: ["ffi/", "src/base/", "src/wire/", "src/vrrp/", "src/drivers/", CONFIG_TYPES, LOG],
  },
  { name: "sniffer", path: "src/sniffer/", imports: ["ffi/", "src/base/", "src/wire/"] },
  {
    name: "daemon",
    path: "src/daemon/",
    imports: ["ffi/", "src/base/", "src/runtime/lifecycle.ts", CONFIG_TYPES, LOG, LOG_PARTS],
  },
  {
    name: "config",
    path: "src/config/",
    imports: ["src/base/", "src/vrrp/types.ts"],
  },
  { name: "convert", path: "src/convert/", imports: ["src/base/"], ...PURE },
  {
    name: "api",
    path: "src/api/",
    imports: ["src/base/", "src/runtime/snapshot", "src/config/", "src/web/", LOG],
  },
  { name: "web", path: "src/web/", imports: [] },
  {
    name: "cli",
    path: "src/cli/",
    imports: [
      "src/base/",
      "src/config/",
      "src/convert/",
      "src/runtime/",
      "src/sniffer/",
      "src/daemon/",
      "src/api/",
      LOG,
    ],
  },
  { name: "main", path: "main.ts", imports: ["src/base/", "src/cli/"] },
];

/** Something that may stand in some places only. */
export interface WordRule {
  readonly pattern: RegExp;
  readonly where: "code" | "comments";
  readonly files: (path: string) => boolean;
  readonly problem: string;
}

const isProduct = (path: string) => /^(?:src\/|ffi\/|main\.ts$)/.test(path);
const isPure = (path: string) => /^src\/(?:base|wire|vrrp)\//.test(path);

export const WORD_RULES: readonly WordRule[] = [
  {
    pattern: /\b(?:Deno|performance|Date)\b/g,
    where: "code",
    files: isPure,
    problem: "base, wire and vrrp are pure: time and the system come in as arguments",
  },
  {
    pattern: /\bDeno\s*\.\s*(?:dlopen|DynamicLibrary|Unsafe\w*)/g,
    where: "code",
    files: (path) => isProduct(path) && !path.startsWith("ffi/"),
    problem: "foreign functions and raw pointers stay in ffi/",
  },
  {
    pattern: /(?<![.\w])console\s*\./g,
    where: "code",
    files: (path) => isProduct(path) && !path.startsWith("src/cli/") && path !== LOG,
    problem: "only src/cli and src/log.ts print",
  },
  {
    pattern:
      /\b(?:bigint|Big(?:Int|Uint)\w*|[gs]etBig(?:Int|Uint)64|(?:\d[\d_]*|0[xob][\da-f_]+)n)\b/gi,
    where: "code",
    files: (path) => isProduct(path) && !path.startsWith("ffi/"),
    problem: "bigint does not leave ffi/: make it a number there",
  },
  {
    pattern: /\b(?:TO-?DO|FIX-?ME|X{3})\b/g,
    where: "comments",
    files: () => true,
    problem: "unfinished work is not marked in the code: do it or write an issue",
  },
  {
    pattern: /deno-lint-(?:ignore)|@ts-(?:ignore|nocheck)/g,
    where: "comments",
    files: () => true,
    problem: "checks are not turned off: mend the cause",
  },
];
