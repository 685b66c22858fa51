import type { VirtualRouterConfig } from "../../src/config/types.ts";

/** The interface that the virtual router lives on, and the other end of its cable, in one machine. */
export const NEAR = "near";
export const WIRE = { name: "far", mac: "02:00:00:00:00:08" } as const;
export const VIRTUAL = ["10.8.0.100", "10.8.0.101"] as const;

/** Through a neighbour that is only reachable while nothing is wrong with the interface. */
export const ROUTE = { destination: "10.20.0.0/16", nextHop: "10.8.0.254", metric: 50 } as const;

export type RouterKind = Partial<
  Pick<VirtualRouterConfig, "interfaceType" | "virtualMac" | "virtualInterface">
>;

export interface VictimOptions {
  readonly stateDir: string;
  readonly router: RouterKind;
  readonly wireIndex: number;
  readonly hasRoute: boolean;
  /** Step at which it is killed; 0 for never. */
  readonly killAt: number;
  /** Killed in place of the orderly stop. */
  readonly dieAsMaster?: boolean;
  /** Undoes what others left, and ends. */
  readonly onlyRecovery?: boolean;
}
