import { unreachable } from "../base/assert.ts";
import type { Action, Report } from "../vrrp/types.ts";
import type { Placement, Router } from "./router.ts";
import type { AdvertWish } from "./sender.ts";

/** The actions that change the kernel's configuration, and what puts back what others took away. */
export type KernelAction =
  | Extract<Action["do"], `${string}Mac` | `${string}Addresses`>
  | "restoreMac"
  | "restoreAddresses";

/** Bound to the place that it is meant for: the router may live elsewhere when its turn comes. */
export interface KernelWish {
  readonly router: Router;
  readonly placement: Placement;
  readonly want: KernelAction;
}

/**
 * What all virtual routers that were due together want done, sorted by kind, because every
 * advertisement goes out before any change to the kernel, and those of a virtual router before its
 * announcement. The order that each one's actions came in holds within each kind.
 */
export class Batch {
  readonly adverts: AdvertWish[] = [];
  readonly changes: KernelWish[] = [];
  readonly announcements: { readonly router: Router; readonly repeat: number }[] = [];
  readonly reports: { readonly router: Router; readonly report: Report }[] = [];

  add(router: Router, actions: readonly Action[]): void {
    for (const action of actions) this.#sort(router, action);
  }

  /** Does nothing for a router that has no place: there is nothing of it to change. */
  changeKernel(router: Router, want: KernelAction): void {
    const { placement } = router;
    if (placement !== undefined) this.changes.push({ router, placement, want });
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
        this.changeKernel(router, action.do);
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
