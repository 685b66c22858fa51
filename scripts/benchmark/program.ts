import { WrongUse } from "./options.ts";

const EXIT = { wrongUse: 2, interrupted: 130 } as const;

class Interrupted extends Error {}

/** Rejects on Ctrl-C and its like, so that scopes end and everything is removed. */
export function interruption(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => reject(new Interrupted()));
  }
  return promise;
}

/** Gives the exit status of `work`, also where that was called wrongly or interrupted. */
export async function exitStatus(
  work: () => Promise<number>,
  tell: (line: string) => void,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WrongUse) {
      tell(`${error.message} (see --help)`);
      return EXIT.wrongUse;
    }
    if (!(error instanceof Interrupted)) throw error;
    tell("interrupted: everything is removed");
    return EXIT.interrupted;
  }
}

export function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** Tells what a program has to say beside its table, so that this alone can be redirected. */
export function teller(program: string): (line: string) => void {
  return (line) => {
    Deno.stderr.writeSync(new TextEncoder().encode(`${program}: ${line}\n`));
  };
}
