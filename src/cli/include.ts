import { expandBraces, isWildcard, wildcard } from "../convert/glob.ts";

/** The files that `include PATTERN` in the file `from` names, sorted; a relative one is beside it. */
export function includedFiles(pattern: string, from: string): string[] {
  const folder = from.includes("/") ? from.replace(/[^/]*$/, "") : "";
  return expandBraces(pattern).flatMap((each) => {
    const path = each.startsWith("/") ? each : folder + each;
    const start = path.startsWith("/") ? "/" : "";
    return matches(start, path.split("/").filter((part) => part !== ""));
  });
}

/** What is below `folder` ("" or with a slash at its end) and fits the parts of a path. */
function matches(folder: string, [part, ...rest]: readonly string[]): string[] {
  if (part === undefined) return [];
  const names = isWildcard(part) ? namesIn(folder).filter(wildcard(part)).toSorted() : [part];
  if (rest.length > 0) return names.flatMap((name) => matches(`${folder}${name}/`, rest));
  return names.map((name) => folder + name).filter(exists);
}

function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder === "" ? "." : folder), ({ name }) => name);
  } catch {
    // As for a shell, a folder that cannot be read has nothing in it that fits.
    return [];
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    // What is there but cannot be looked at is best told by the attempt to read it.
    return !(error instanceof Deno.errors.NotFound);
  }
}
