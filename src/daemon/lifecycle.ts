import type { OpenLog } from "../log.ts";
import { type Lifecycle, UNWATCHED } from "../runtime/lifecycle.ts";
import { ServiceManager } from "./service_manager.ts";

/** Tells the service manager, where there is one, and calls `onUp` when the daemon is up. */
export function openLifecycle(log: OpenLog, onUp: () => void = () => {}): Lifecycle {
  const service = ServiceManager.fromEnvironment((line) => log.warning(line));
  let isUp = false;
  return {
    pulse: service ?? UNWATCHED.pulse,
    ready: () => {
      service?.ready();
      if (!isUp) onUp();
      isUp = true;
    },
    reloading: () => service?.reloading(),
    stopping: () => service?.stopping(),
    reopenLogs: () => log.reopen(),
  };
}
