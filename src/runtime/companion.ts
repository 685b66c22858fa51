import type { ForcedState } from "../vrrp/types.ts";
import type { RouterChoice } from "./requests.ts";
import type { Publisher } from "./publisher.ts";
import type { NewConfig } from "./reload.ts";
import type { Router } from "./router.ts";

/** What may be done to a daemon that runs. */
export interface Control {
  readonly routers: readonly Router[];
  /** Gives how many virtual routers that can do it are meant. */
  force(which: RouterChoice, to: ForcedState | "auto"): number;
  /**
   * Goes on with the configuration that `read` gives, in turn with every other change of it. Throws
   * {@linkcode Error} where this process cannot go on with it.
   */
  take(read: () => Promise<NewConfig | undefined>): Promise<void>;
  /** As SIGHUP does. */
  reload(): void;
  /** As SIGTERM does. */
  stop(): void;
}

/** Lives beside the virtual routers and speaks for them to others. */
export interface Companion {
  readonly publisher: Publisher;
  /** The virtual routers run. */
  begin(control: Control): void;
  /** They run no more. */
  end(): void;
}
