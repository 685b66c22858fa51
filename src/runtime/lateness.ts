import type { Router } from "./router.ts";

/**
 * Those for which a wake that came `latenessMs` late may have been a pause of their own: whether it
 * was one, the protocol judges. A Backup goes by the interval that it has learnt from its Master.
 */
export function lateRouters(routers: readonly Router[], latenessMs: number): Router[] {
  return routers.filter((router) => latenessMs > intervalMs(router));
}

function intervalMs({ config, state }: Router): number {
  return state.name === "Backup" ? state.masterIntervalMs : config.protocol.advertIntervalMs;
}
