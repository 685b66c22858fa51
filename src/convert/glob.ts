/** The patterns of a path with csh's braces: `a{b,c}` is `ab` and `ac` (glob(3), GLOB_BRACE). */
export function expandBraces(pattern: string): string[] {
  const group = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(pattern);
  if (group === null) return [pattern];
  const [, before = "", choices = "", after = ""] = group;
  return choices.split(",").flatMap((choice) => expandBraces(before + choice + after));
}

/** Whether a name in a pattern stands for others than itself. */
export function isWildcard(part: string): boolean {
  return /[*?[]/.test(part);
}

/**
 * The names that one part of a path stands for: `*`, `?`, `[a-z]`, `[!a]`; a dot at the start of a
 * name is matched by a dot only (glob(7)).
 */
export function wildcard(part: string): (name: string) => boolean {
  const source = part.replaceAll(
    /\[(!?)(\]?[^\]]*)\]|[^]/g,
    (written: string, negation?: string, set?: string) => {
      if (set !== undefined && set !== "") {
        return `[${negation ? "^" : ""}${set.replaceAll(/[\\\]^[]/g, "\\$&")}]`;
      }
      if (written === "*") return ".*";
      return written === "?" ? "." : written.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    },
  );
  const pattern = compile(source);
  return (name) => (part.startsWith(".") || !name.startsWith(".")) && pattern.test(name);
}

/** A range that is upside down, such as `[z-a]`, matches nothing. */
function compile(source: string): RegExp {
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    return /^(?!)/;
  }
}
