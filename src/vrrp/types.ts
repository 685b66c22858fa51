import type { Family, IpAddress } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import type { ChecksumForm } from "../wire/vrrp3.ts";

export type VrrpVersion = 2 | 3;

/** Priority of a router that owns the virtual addresses, and of one that is leaving (RFC 3768 5.3.4). */
export const OWNER_PRIORITY = 255;
export const LEAVING_PRIORITY = 0;

/** What the checksum of version 3 over IPv4 covers; "auto": what that of others does. */
export type ChecksumChoice = "auto" | ChecksumForm;

/** What to do with an advertisement whose address list is not ours. */
export type AddressCheck = "auto" | "drop" | "warn" | "off";

export type AuthConfig =
  | { readonly type: "none" }
  /** `data` is what goes on the wire: the first 8 bytes of the secret, zero-padded. */
  | { readonly type: "rfc2338-simple"; readonly data: Uint8Array<ArrayBuffer> }
  /** Those of rVRRPd; `key` is the whole secret, and may be empty. */
  | {
    readonly type: "p0-t8-sha256" | "p1-b8-shake256";
    readonly key: Uint8Array<ArrayBuffer>;
  }
  /** `key` is the first 8 bytes of the secret, or all of a shorter one. */
  | { readonly type: "rfc2338-ah"; readonly key: Uint8Array<ArrayBuffer> }
  | HmacAuthConfig;

/** The trailer of keepalived's `auth_hmac`. */
export interface HmacAuthConfig extends ReplayRules {
  readonly type: "hmac-sha256";
  /** Each with an id of its own, 1–255, and 32 to 64 bytes. */
  readonly keys: readonly { readonly id: number; readonly key: Uint8Array<ArrayBuffer> }[];
  /** The id of the one that signs. */
  readonly activeKey: number;
  /** What becomes of what is not signed: dropped, taken, or taken and sent like that as well. */
  readonly mode: "enforce" | "permissive" | "receive-only";
}

/** How what was sent before is told from what is new. */
export interface ReplayRules {
  /** By the time that it carries, or only by its number, which grows. */
  readonly antiReplay: "time" | "monotonic";
  /** How far clocks may differ: 1–300 whole seconds. */
  readonly windowS: number;
  /** In unicast: nobody else is listened to. */
  readonly peers?: readonly IpAddress[];
}

/** What the protocol knows of one virtual router; it never changes while the router runs. */
export interface RouterConfig {
  readonly version: VrrpVersion;
  readonly family: Family;
  /** 1–255. */
  readonly vrid: number;
  /** 1–254; an owner uses 255 instead. */
  readonly priority: number;
  readonly preempt: boolean;
  /** How long after start, Fault or a risen priority a lower one is left in peace; whole milliseconds. */
  readonly preemptDelayMs: number;
  /** Whole milliseconds: a multiple of 1,000 in version 2, of 10 in version 3. */
  readonly advertIntervalMs: number;
  /** Advertised addresses, in the order of the configuration; at least one. */
  readonly addresses: readonly IpAddress[];
  readonly auth: AuthConfig;
  readonly checkAddresses: AddressCheck;
  /** Of what is sent in version 3 over IPv4: both are taken. */
  readonly checksum: ChecksumChoice;
  /** false: advertisements also list the interface's own addresses, as rVRRPd does. */
  readonly rfc3768: boolean;
  readonly announcements: AnnounceConfig;
  /** Not Master before this much time after start, unless owner; whole milliseconds. */
  readonly startupDelayMs: number;
  /** Virtual routers of one name change state together; absent: on its own. */
  readonly syncGroup?: string;
}

export interface AnnounceConfig {
  /** How often each address is announced in one round; 0 or more. */
  readonly repeat: number;
  /** A second round this long after becoming Master; 0 for none; whole milliseconds. */
  readonly delayMs: number;
  /** A further round each time this long has passed as Master; 0 for none; whole milliseconds. */
  readonly refreshMs: number;
}

/** What the interface gives the protocol while it is usable. */
export interface LinkFacts {
  /** Source address of our advertisements; decides ties. */
  readonly source: IpAddress;
  /** The interface's own hardware address; decides between two owners of one address. */
  readonly mac: MacAddress;
  /** All virtual addresses are addresses of the interface itself. */
  readonly owner: boolean;
  /** The machine refused the last take-over; absent once one has worked. */
  readonly refusedLast?: true;
}

/** The states of RFC 3768 section 6.3, and ours for a router that cannot run (Fault) or has ended (Down). */
export type StateName = "Init" | "Backup" | "Master" | "Fault" | "Down";

export type FaultReason =
  | "interfaceMissing"
  | "interfaceDown"
  | "notEthernet"
  | "noAddress"
  | "macRefused"
  | "nameTaken"
  /** The interface of that name is followed already, under the name that it had before. */
  | "interfaceFollowed"
  /** Our own link went, and with it what it carried. */
  | "carrierMissing"
  | "ownerOnMacvlan"
  | "ownershipLost"
  | "runsElsewhere"
  /** Another process replaces the MAC of the interface, which can have only one. */
  | "macTaken"
  /** Something that is tracked with weight 0 has failed. */
  | "trackedDown"
  /** It could run, but another member of its sync group cannot. */
  | "groupMemberFault"
  | "refused";

/** Who was heard as Master. */
export interface Peer {
  readonly address: IpAddress;
  readonly priority: number;
}

export type RouterState =
  | InitState
  | BackupState
  | MasterState
  | FaultState
  | { readonly name: "Down" };

/** What an operator or a script has asked for, until something ends it; see `force` in RouterEvent. */
export type ForcedState = "Master" | "Backup";

/** What outlasts every change of state. */
interface LivingState {
  /** Until then nobody but an owner becomes Master, unless forced to. */
  readonly startHeldUntilMs: number;
  /** Sum of the weights that apply now; the priority in effect follows from it (timers.ts). */
  readonly adjustment: number;
  readonly forced: ForcedState | undefined;
}

export interface InitState extends LivingState {
  readonly name: "Init";
  /** What the interface gives to a router that waits for its sync group. */
  readonly facts?: LinkFacts;
}

export interface FaultState extends LivingState {
  readonly name: "Fault";
  readonly reason: FaultReason;
  /** What the interface gives to a router that only its sync group keeps in Fault. */
  readonly facts?: LinkFacts;
}

interface RunningState extends LivingState {
  readonly facts: LinkFacts;
  /** Until then a lower priority is not preempted. */
  readonly preemptHeldUntilMs: number;
}

export interface BackupState extends RunningState {
  readonly name: "Backup";
  readonly masterDownAtMs: number;
  /** The Master's interval in version 3, our own in version 2. */
  readonly masterIntervalMs: number;
  /** The Master that we follow; absent until one is heard. */
  readonly master?: Peer;
  /** A Master of lower priority that is about to be replaced. */
  readonly preempting?: Peer;
  /** Its interval: what is waited by where it is left in peace after all. */
  readonly preemptingIntervalMs?: number;
  /** Until then it may only be slow: nobody has to be Master alone in its place. */
  readonly preemptingUntilMs?: number;
  /** Why the timer that runs now was armed, to say so when it runs out. */
  readonly waitingFor: "firstAdvert" | "nextAdvert" | "leavingMaster";
  /** In a sync group: the timer has run out, and others are not as far; since when. */
  readonly readySinceMs?: number;
  /** In a sync group, while ready: when it becomes Master without the others. */
  readonly aloneAtMs?: number;
}

export interface MasterState extends RunningState {
  readonly name: "Master";
  readonly nextAdvertAtMs: number;
  /** The second round of announcements; Infinity when it is over. */
  readonly delayedAnnounceAtMs: number;
  /** The next refreshing round; Infinity when there is none. */
  readonly refreshAtMs: number;
  /** No answer to another Master's advertisement before this. */
  readonly answerAdvertAfterMs: number;
  /** No answer to another goodbye before this. */
  readonly answerLeavingAfterMs: number;
  /** No answer to another's claim of our address before this. */
  readonly answerClaimAfterMs: number;
  /** After a pause of our own the next advertisement ends the listening and is announced again. */
  readonly listening: boolean;
  /** In a sync group: Master although others of it cannot be. */
  readonly alone: boolean;
}

/** A checked and accepted advertisement, as far as the state machine cares. */
export interface HeardAdvert {
  readonly priority: number;
  /** Whole milliseconds, not 0; in version 2 always our own. */
  readonly intervalMs: number;
  /** By which reading its checksum was right; in version 3 over IPv4. */
  readonly checksumForm?: ChecksumForm;
  readonly from: IpAddress;
  readonly fromMac: MacAddress;
}

export type RouterEvent =
  /** The interface can be used, or its facts have changed. */
  | { readonly kind: "linkReady"; readonly facts: LinkFacts }
  | { readonly kind: "linkFault"; readonly reason: FaultReason }
  | { readonly kind: "advert"; readonly advert: HeardAdvert }
  /** A gratuitous ARP or unsolicited neighbour advertisement by someone else for an address of ours. */
  | { readonly kind: "claimed"; readonly address: IpAddress; readonly mac: MacAddress }
  /** A deadline may have passed. */
  | { readonly kind: "timer" }
  /** The process itself stood still for this long (stopped, suspended machine). */
  | { readonly kind: "paused"; readonly pausedMs: number }
  /** The weights that apply have changed: their sum. */
  | { readonly kind: "adjust"; readonly adjustment: number }
  /**
   * Master: becomes Master at once, and yields to a better one as ever. Backup: leaves every Master
   * in peace until nobody is Master. auto: ends either.
   */
  | { readonly kind: "force"; readonly to: ForcedState | "auto" }
  | GroupEvent
  | { readonly kind: "stop" };

/** What a sync group makes its members do; see sync_group.ts. */
export type GroupEvent =
  /** `alone`: the others cannot be Master, and nobody else is in this one's place. */
  | { readonly kind: "groupMaster"; readonly alone: boolean }
  /** Ready, and to wait for the others until then. */
  | { readonly kind: "groupWait"; readonly untilMs: number }
  | { readonly kind: "groupBackup" }
  | { readonly kind: "groupFault" }
  /** No member is in a Fault of its own any more. */
  | { readonly kind: "groupReturn" };

/** Why a state was entered: one closed list for logs, events and scripts. */
export type TransitionReason =
  | "started"
  | "ownsAddresses"
  | "noMasterHeard"
  | "masterSilent"
  | "masterLeft"
  | "preempting"
  | "higherPriorityHeard"
  | "higherAddressHeard"
  | "otherOwnerHeard"
  | "forced"
  /** Another member of its sync group has changed to that state. */
  | "groupMoved"
  | "linkFault"
  | "stopped";

/** What the outside has to do, in this order. */
export type Action =
  | { readonly do: "sendAdvert"; readonly priority: number }
  /** Take the virtual MAC, where the configuration has one; an owner does so too. */
  | { readonly do: "assumeMac" }
  | { readonly do: "releaseMac" }
  | { readonly do: "addAddresses" }
  | { readonly do: "removeAddresses" }
  | { readonly do: "announce"; readonly repeat: number }
  | { readonly do: "report"; readonly report: Report };

/** What people should know: the only way a virtual router speaks to logs and counters. */
export type Report =
  | {
    readonly what: "transition";
    readonly from: StateName;
    readonly to: StateName;
    readonly reason: TransitionReason;
    readonly peer?: Peer;
    readonly fault?: FaultReason;
  }
  | { readonly what: "rivalMaster"; readonly peer: Peer }
  | { readonly what: "rivalClaim"; readonly address: IpAddress; readonly mac: MacAddress }
  /** A Master of version 3 keeps another interval than ours, which we go by from now on. */
  | { readonly what: "intervalDiffers"; readonly peer: Peer; readonly intervalMs: number }
  | { readonly what: "otherOwner"; readonly peer: Peer; readonly weStay: boolean }
  | { readonly what: "paused"; readonly pausedMs: number; readonly listenMs: number }
  | MachineReport;

/**
 * What others have changed on the machine under a virtual router, and what is put back of it.
 * `waitedMs` is the time since it was noticed: a moment at first, ever longer while they go on.
 */
export type MachineReport =
  /** The priority in effect is another one: by what is tracked, in words. */
  | {
    readonly what: "priorityChanged";
    readonly before: number;
    readonly priority: number;
    readonly causes: readonly string[];
  }
  | {
    readonly what: "addressesRemoved";
    readonly addresses: readonly IpAddress[];
    readonly waitedMs: number;
  }
  /** `mac` is the one that stands in the place of the virtual MAC. */
  | { readonly what: "macReplaced"; readonly mac: MacAddress; readonly waitedMs: number }
  | { readonly what: "carrierLowered" }
  | { readonly what: "sourceChanged"; readonly before: IpAddress; readonly source: IpAddress };

/** The outcome of one step: the next state, what to do now, and when to call again at the latest. */
export interface Step {
  readonly state: RouterState;
  readonly actions: readonly Action[];
  /** Same clock as the step's `nowMs`; Infinity when only events matter. */
  readonly deadlineMs: number;
}
