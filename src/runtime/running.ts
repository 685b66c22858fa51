import type { Router } from "./router.ts";

/** Whether it is told what happens; before that, and in Fault, it waits for a place. */
export function isRunning({ state }: Router): boolean {
  return state.name === "Backup" || state.name === "Master" || state.name === "Down";
}
