import { type CodeText, splitCode } from "./code_text.ts";
import { type Import, importsOf } from "./imports.ts";
import { type Layer, LAYERS, WORD_RULES } from "./rules.ts";

export interface Violation {
  /** Relative to the checkout, as are all paths here. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

interface SourceFile {
  readonly path: string;
  readonly text: CodeText;
  readonly imports: readonly Import[];
}

/** Every broken rule in `sources` (path to text), by path and line. */
export function checkLayers(sources: ReadonlyMap<string, string>): Violation[] {
  const files = Array.from(sources, ([path, source]): SourceFile => {
    const text = splitCode(source);
    return { path, text, imports: importsOf(text) };
  });
  const found = [
    ...files.flatMap(forbiddenWords),
    ...files.flatMap(forbiddenImports),
    ...importCycles(files),
  ];
  return found.toSorted((a, b) => a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1);
}

function forbiddenWords(file: SourceFile): Violation[] {
  return WORD_RULES.filter((rule) => rule.files(file.path)).flatMap((rule) =>
    Array.from(
      file.text[rule.where].matchAll(rule.pattern),
      (match) => violation(file, match.index, `${match[0]}: ${rule.problem}`),
    )
  );
}

function forbiddenImports(file: SourceFile): Violation[] {
  const layer = LAYERS.find(({ path }) => file.path.startsWith(path));
  if (layer === undefined) return isProduct(file.path) ? [strayFile(file)] : [];
  return file.imports
    .filter((imported) => !isAllowed({ layer, file, imported }))
    .map(({ specifier, offset }) =>
      violation(file, offset, `${layer.name} must not import "${specifier}"`)
    );
}

function isProduct(path: string): boolean {
  return path.startsWith("src/");
}

function strayFile(file: SourceFile): Violation {
  return violation(file, 0, "the file belongs to no layer: move it into one, or name its layer");
}

function isAllowed(
  { layer, file, imported }: { layer: Layer; file: SourceFile; imported: Import },
): boolean {
  const target = resolve(file.path, imported.specifier);
  if (target === undefined) return layer.packages?.includes(imported.specifier) ?? true;
  // Data such as deno.json is not code and points nowhere.
  if (target.endsWith(".json")) return true;
  const allowed = [layer.path, ...layer.imports];
  return allowed.some((path) => target.startsWith(path));
}

/** The path that a relative specifier means; `undefined` for a package or a built-in module. */
function resolve(from: string, specifier: string): string | undefined {
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  return decodeURI(new URL(specifier, `file:///${from}`).pathname).slice(1);
}

/** One violation for each import that closes a circle, at that import. */
function importCycles(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: Violation[] = [];
  const visit = (file: SourceFile, trail: readonly string[]) => {
    done.add(file.path);
    for (const { specifier, offset } of file.imports) {
      const target = byPath.get(resolve(file.path, specifier) ?? "");
      if (target === undefined) continue;
      const here = [...trail, file.path];
      const start = here.indexOf(target.path);
      if (start >= 0) {
        const circle = [...here.slice(start), target.path].join(" -> ");
        found.push(violation(file, offset, `import cycle: ${circle}`));
      } else if (!done.has(target.path)) visit(target, here);
    }
  };
  for (const file of files) if (!done.has(file.path)) visit(file, []);
  return found;
}

function violation({ path, text }: SourceFile, offset: number, problem: string): Violation {
  return { path, line: text.source.slice(0, offset).split("\n").length, problem };
}
