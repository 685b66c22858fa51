import { unreachable } from "../base/assert.ts";
import type { Action, Report } from "../vrrp/types.ts";
import type { Router } from "./router.ts";

/** The actions that change the kernel's configuration. */
export type KernelAction = Extract<Action["do"], `${string}Mac` | `${string}Addresses`>;

/**
 * What all virtual routers that were due together want done, sorted by kind, because every
 * advertisement goes out before any change to the kernel, and those before any announcement. The
 * order that each one's actions came in holds within each kind.
 */
export class Batch {
  readonly adverts: { readonly router: Router; readonly priority: number }[] = [];
  readonly changes: { readonly router: Router; readonly want: KernelAction }[] = [];
  readonly announcements: { readonly router: Router; readonly repeat: number }[] = [];
  readonly reports: { readonly router: Router; readonly report: Report }[] = [];

  add(router: Router, actions: readonly Action[]): void {
    for (const action of actions) this.#sort(router, action);
  }

  #sort(router: Router, action: Action): void {
    switch (action.do) {
      case "sendAdvert":
        this.adverts.push({ router, priority: action.priority });
        break;
      case "assumeMac":
      case "releaseMac":
      case "addAddresses":
      case "removeAddresses":
        this.changes.push({ router, want: action.do });
        break;
      case "announce":
        this.announcements.push({ router, repeat: action.repeat });
        break;
      case "report":
        this.reports.push({ router, report: action.report });
        break;
      default:
        unreachable(action);
    }
  }
}
