import { wrongUse } from "./options.ts";

/** The resource of `GROUP/INTERFACE`. Throws {@linkcode ExitError} where the word is none. */
export function routerPath(word: string | undefined, family: "4" | "6" | undefined): {
  readonly path: string;
  readonly query: string;
} {
  if (word === undefined) {
    throw wrongUse("No virtual router given: GROUP/INTERFACE, such as 1/eth0");
  }
  const [, group, name] = /^([0-9]+)\/(.+)$/.exec(word) ?? [];
  if (group === undefined || name === undefined) {
    throw wrongUse(`"${word}" is no virtual router: GROUP/INTERFACE, such as 1/eth0`);
  }
  return {
    path: `/run/vrrp/${group}/${encodeURIComponent(name)}`,
    query: family === undefined ? "" : `?family=${family}`,
  };
}
