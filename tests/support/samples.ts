/** Configurations as users of rVRRPd 0.1.3 have them. */
function samplesDirectory(): URL {
  const configured = Deno.env.get("RVRRPD_SAMPLES");
  if (configured !== undefined) return new URL(`file://${configured.replace(/\/?$/, "/")}`);
  return new URL("../../../shared/samples/", import.meta.url);
}

export function samplePath(file: string): string {
  return new URL(file, samplesDirectory()).pathname;
}

/** The names of all samples, in order. */
export function sampleFiles(): string[] {
  const directory = samplesDirectory();
  try {
    return Array.from(Deno.readDirSync(directory), ({ name }) => name).toSorted();
  } catch (cause) {
    const mend = "set RVRRPD_SAMPLES to the samples' directory";
    throw new Error(`Cannot read ${directory.pathname}: ${mend}`, { cause });
  }
}
