import type { VirtualRouterConfig } from "../../src/config/types.ts";

/** The interface that the virtual router lives on, and the other end of its cable, in one machine. */
export const NEAR = "near";
export const WIRE = { name: "far", mac: "02:00:00:00:00:08" } as const;
export const VIRTUAL = ["10.8.0.100", "10.8.0.101"] as const;

export type RouterKind = Partial<
  Pick<VirtualRouterConfig, "interfaceType" | "virtualMac" | "virtualInterface">
>;

export interface VictimOptions {
  readonly stateDir: string;
  readonly router: RouterKind;
  readonly wireIndex: number;
  /** Step at which it is killed; 0 for never. */
  readonly killAt: number;
  /** Killed in place of the orderly stop. */
  readonly dieAsMaster?: boolean;
  /** Undoes what others left, and ends. */
  readonly onlyRecovery?: boolean;
}
