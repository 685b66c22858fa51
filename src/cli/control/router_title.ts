import type { TransitionBody } from "../../api/answer_schemas.ts";

/** Names a virtual router in a line for people: `1/eth0`, or `1/eth0 (IPv6)`. */
export function routerTitle(
  { group, interface: name, family }: Pick<TransitionBody, "group" | "interface" | "family">,
): string {
  return family === 6 ? `${group}/${name} (IPv6)` : `${group}/${name}`;
}
