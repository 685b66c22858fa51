import { SyscallError } from "../../../ffi/errno.ts";
import { readSysctl } from "../../../ffi/sysctl.ts";
import { formatIp, type IpPrefix } from "../../base/ip.ts";
import type { StaticRoute, VirtualRouterConfig } from "../../config/types.ts";
import type { Driver } from "../../drivers/driver.ts";
import type { Log } from "../../log.ts";
import { type Identity, readIdentity } from "./identity.ts";
import {
  addressKey,
  type Claim,
  claimKey,
  linksKey,
  type Note,
  routeKey,
  tableKey,
} from "./notes.ts";
import { livingRecords, type Occupant, type OtherDaemons } from "./other_daemons.ts";
import { recover, takeBack } from "./recovery.ts";
import { neededKeys } from "./restoration.ts";
import { StateDirectoryError, type StateFiles } from "./state_directory.ts";
import { UndoFile } from "./undo_file.ts";
import { type Notebook, UndoingDriver } from "./undoing_driver.ts";

/** Long for a start or stop of another daemon with thousands of links to be undone. */
const START_PATIENCE_MS = 10_000;
/** While virtual routers run nothing may wait long. */
const PATIENCE_MS = 250;

export interface UndoParts {
  readonly files: StateFiles;
  /** The one that undoes; its own changes are not written down. */
  readonly driver: Driver;
  readonly log: Log;
  /** Process id. */
  readonly pid: number;
  readonly routers: readonly VirtualRouterConfig[];
  readonly staticRoutes: readonly StaticRoute[];
}

/**
 * Keeps this machine restorable, however this process ends:
 *
 *     open: undo what dead processes left ─► write down before each change ─► close: undo the rest
 *
 * What other living daemons of the namespace need stays as it is, and is theirs to undo.
 */
export class Undo implements OtherDaemons {
  readonly #parts: UndoParts;
  readonly #identity: Identity;
  #configured: ReadonlySet<string>;
  readonly #file: UndoFile;
  readonly #notebook: Notebook;

  private constructor(parts: UndoParts, identity: Identity) {
    const { files, log, pid, driver } = parts;
    this.#parts = parts;
    this.#identity = identity;
    this.#configured = configuredKeys(parts);
    recover({ files, identity, driver, log, configured: this.#configured });
    this.#file = new UndoFile({ files, author: { identity, pid }, log });
    const file = this.#file;
    this.#notebook = {
      notes: file.notes,
      made: new Set(),
      note: (notes) => file.note(notes),
      strike: (keys) => file.strike(keys),
      others: () => this.#othersNotes(),
      alone: (work) => this.#alone(PATIENCE_MS, work),
    };
  }

  /** Throws {@linkcode StateDirectoryError}. */
  static open(parts: UndoParts): Undo {
    const { files } = parts;
    using lock = files.lock(START_PATIENCE_MS);
    if (lock === undefined) {
      throw new StateDirectoryError(
        `Cannot lock ${files.path}: another process holds it; is one stopped in its start?`,
      );
    }
    try {
      return new Undo(parts, readIdentity());
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      throw new StateDirectoryError(`Cannot keep an undo file in ${files.path}: ${error.code}`);
    }
  }

  /** The same driver, which writes down first. Disposing of it disposes of `driver`. */
  guard(driver: Driver): Driver {
    return new UndoingDriver({
      driver,
      notebook: this.#notebook,
      kernelMarksAddresses: kernelMarksAddresses(),
    });
  }

  claim(routers: readonly VirtualRouterConfig[]): ReadonlyMap<VirtualRouterConfig, Occupant> {
    return this.#alone(PATIENCE_MS, () => {
      const taken = new Map(
        this.#living().flatMap(({ pid, claims }) =>
          claims.map((claim) => [claimKey(claim), pid] as const)
        ),
      );
      const occupied = new Map<VirtualRouterConfig, Occupant>();
      const free: Claim[] = [];
      for (const router of routers) {
        const claims = claimsOf(router);
        const foreign = claims.find((claim) => taken.has(claimKey(claim)));
        const pid = foreign && taken.get(claimKey(foreign));
        if (foreign === undefined || pid === undefined) free.push(...claims);
        else occupied.set(router, { pid, has: "macOf" in foreign ? "mac" : "router" });
      }
      this.#file.claim(free);
      return occupied;
    });
  }

  release(routers: readonly VirtualRouterConfig[]): void {
    this.#file.release(routers.flatMap(claimsOf));
  }

  /** What is configured from now on: other things may be ours although nothing marks them. */
  reconfigure(config: Pick<UndoParts, "routers" | "staticRoutes">): void {
    this.#configured = configuredKeys(config);
  }

  haveAddress(address: { readonly ifindex: number; readonly prefix: IpPrefix }): boolean {
    return this.#othersNotes().has(addressKey(address));
  }

  haveLinks(group: number): boolean {
    return this.#othersNotes().has(linksKey(group));
  }

  /** A table of nftables is about to be made that does not go with this process. */
  noteTable(name: string): void {
    this.#file.note(new Map([[tableKey(name), { note: "table", name }]]));
  }

  /** The table is gone. */
  strikeTable(name: string): void {
    this.#file.strike([tableKey(name)]);
  }

  #othersNotes(): ReadonlyMap<string, Note> {
    return new Map(this.#living().flatMap(({ notes }) => [...notes]));
  }

  #living() {
    const { files } = this.#parts;
    return livingRecords(files, { identity: this.#identity, own: this.#file.name });
  }

  /** Better without the lock than late: who holds it so long has been stopped in the middle. */
  #alone<T>(patienceMs: number, work: () => T): T {
    using _lock = this.#parts.files.lock(patienceMs);
    return work();
  }

  /**
   * Call when all virtual routers have ended in order: undoes what is left, which others needed
   * until now for example, and removes the file. It stays where the kernel refuses.
   */
  close(): void {
    const { driver, log } = this.#parts;
    this.#alone(START_PATIENCE_MS, () => {
      const notes = [...this.#file.notes.values()];
      const needed = neededKeys(this.#living());
      const configured = this.#configured;
      if (takeBack({ driver, log, notes, needed, configured })) this.#file.remove();
    });
  }

  /** The file stays, for the next start, unless {@linkcode close} has removed it. */
  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

function claimsOf(router: VirtualRouterConfig): Claim[] {
  const { interface: name, protocol: { vrid, family }, interfaceType, virtualMac } = router;
  const replacesMac = interfaceType === "ether" && virtualMac;
  return [{ interface: name, vrid, family }, ...(replacesMac ? [{ macOf: name }] : [])];
}

function configuredKeys(
  { routers, staticRoutes }: Pick<UndoParts, "routers" | "staticRoutes">,
): ReadonlySet<string> {
  const addresses = routers.flatMap((router) => [...router.addresses, ...router.excludedAddresses]);
  const routes = [...staticRoutes, ...routers.flatMap((router) => router.routes)];
  return new Set([...addresses.map(({ address }) => formatIp(address)), ...routes.map(routeKey)]);
}

/** Since Linux 5.18 an address keeps who set it (IFA_PROTO). */
function kernelMarksAddresses(): boolean {
  const [major = 0, minor = 0] = readSysctl("kernel/osrelease").split(".").map(Number);
  return major > 5 || (major === 5 && minor >= 18);
}
