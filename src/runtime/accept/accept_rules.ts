import { SyscallError } from "../../../ffi/errno.ts";
import type { VirtualRouterConfig } from "../../config/types.ts";
import type { Log } from "../../log.ts";
import type { Watcher } from "../attention.ts";
import type { Batch } from "../batch.ts";
import type { Placement, Router } from "../router.ts";
import { type DeniedAddress, deniedAddress } from "./denied_address.ts";
import { Holdings, type SetChange } from "./holdings.ts";
import { type Refusal, type RuleSocket, RuleTable } from "./rule_table.ts";
import type { TableWatch } from "./table_watch.ts";

/** The kernel cannot keep what `accept = false` promises; the message is for the user. */
export class AcceptError extends Error {
  override readonly name = "AcceptError";
}

/** A virtual router, and where its addresses are. */
export interface Holder {
  readonly router: Router;
  readonly placement: Pick<Placement, "carrier">;
}

/** Keeps the name of a table that would stay behind if this process were killed. */
export interface TableNotes {
  noteTable(name: string): void;
  strikeTable(name: string): void;
}

/** What is asked of whoever runs the virtual routers. */
export interface AcceptNeighbours {
  readonly watcher: Watcher;
  /** Their addresses take what they are not to take: they cannot be Master like that. */
  readonly expose: (routers: ReadonlySet<Router>, batch: Batch, nowMs: number) => void;
}

export interface AcceptRulesOptions {
  readonly log: Log;
  readonly notes: TableNotes;
  /** No other process may have this one. */
  readonly tableName: string;
  /** Throws {@linkcode SyscallError}. */
  readonly open: () => RuleSocket;
  /** Tells of a table that others have deleted. Throws {@linkcode SyscallError}. */
  readonly watch: (tableName: string) => TableWatch;
}

/**
 * Carries out `accept = false`: while such a virtual router is Master without being the owner, the
 * kernel drops what is sent to its addresses. Costs nothing where no virtual router wants it.
 */
export class AcceptRules implements Disposable {
  readonly #options: AcceptRulesOptions;
  readonly #holdings = new Holdings<Router>();
  #table: RuleTable | undefined;
  /** Of a table that others can delete. */
  #watch: TableWatch | undefined;
  #neighbours: AcceptNeighbours | undefined;
  /** Somebody has deleted the table, and the kernel did not let it be put back. */
  #isGone = false;
  #wanted = false;

  constructor(options: AcceptRulesOptions) {
    this.#options = options;
  }

  /**
   * Makes sure that the kernel can do it before any of these virtual routers needs it: the first
   * table may take it long. Throws {@linkcode AcceptError}.
   */
  require(routers: readonly Pick<VirtualRouterConfig, "accept">[]): void {
    this.#wanted = routers.some(({ accept }) => !accept);
    const refusal = this.#wanted ? this.#haveTable() : undefined;
    if (refusal !== undefined) {
      throw new AcceptError(
        `accept = false needs nftables in the kernel, which answers ${words(refusal)}: ` +
          "load nf_tables (CONFIG_NF_TABLES_INET), or do without accept = false",
      );
    }
    this.#dropUnused();
  }

  /** Whom to ask to be told of what becomes of the table. */
  attach(neighbours: AcceptNeighbours): void {
    this.#neighbours = neighbours;
    this.#followWatch();
  }

  /**
   * Call before addresses go on: from now on what is sent to them is dropped. Gives those whose
   * addresses must not go on, because the kernel refused.
   */
  deny(holders: readonly Holder[]): ReadonlySet<Router> {
    const more = latest(holders).filter((holder) => deniedOf(holder).length > 0);
    const refused = this.#settle(more, (holder) => [
      ...this.#holdings.of(holder.router),
      ...deniedOf(holder),
    ]);
    return new Set(refused ? more.map(({ router }) => router) : []);
  }

  /** Call when addresses have gone, or `accept` has changed; gives those that the kernel refused. */
  follow(holders: readonly Holder[]): ReadonlySet<Router> {
    const touched = latest(holders).filter((holder) =>
      this.#holdings.of(holder.router).length > 0 || deniedOf(holder).length > 0
    );
    const refused = this.#settle(touched, deniedOf);
    this.#dropUnused();
    const exposed = touched.filter((holder) => deniedOf(holder).length > 0);
    return new Set(refused ? exposed.map(({ router }) => router) : []);
  }

  /** Gives whether the kernel refused: then all is as it was. */
  #settle(
    holders: readonly Holder[],
    wanted: (holder: Holder) => readonly DeniedAddress[],
  ): boolean {
    if (holders.length === 0) return false;
    const before = new Map(holders.map(({ router }) => [router, this.#holdings.of(router)]));
    const change: SetChange = { add: [], remove: [] };
    for (const holder of holders) {
      this.#holdings.replace(holder.router, wanted(holder), change);
    }
    // A table that is gone is made anew when something is to go into it.
    if (this.#isGone && !holders.some((holder) => wanted(holder).length > 0)) return false;
    const refusal = this.#carryOut(change);
    if (refusal === undefined) return false;
    for (const holder of holders) {
      // Of a table that is gone, all that nobody wants is out already.
      if (this.#isGone && wanted(holder).length === 0) continue;
      const held = before.get(holder.router) ?? [];
      this.#holdings.replace(holder.router, held, { add: [], remove: [] });
    }
    const what = "Cannot change what is dropped for accept = false";
    this.#options.log.error(`${what}: ${words(refusal)}`);
    return true;
  }

  #carryOut(change: SetChange): Refusal | undefined {
    const table = this.#table;
    if (table !== undefined && this.#isGone) return this.#makeAnew(table);
    if (change.add.length === 0 && change.remove.length === 0) return undefined;
    // A new table has all that is held from the beginning.
    if (table === undefined) return this.#haveTable();
    const refusal = table.change(change);
    // The notification of what others have deleted may still be on its way.
    return refusal?.code === "ENOENT" ? this.#makeAnew(table) : refusal;
  }

  /** Also where it is there, with not all in it that was. */
  #makeAnew(table: RuleTable): Refusal | undefined {
    table.delete();
    const refusal = this.#make(table);
    // Where it is refused, the notification finds those that are exposed.
    if (refusal !== undefined) return refusal;
    this.#isGone = false;
    this.#tellDeletion();
    return undefined;
  }

  #haveTable(): Refusal | undefined {
    if (this.#table !== undefined) return undefined;
    const { open, tableName: name } = this.#options;
    try {
      using stack = new DisposableStack();
      const table = stack.use(new RuleTable({ name, socket: open() }));
      const refusal = this.#make(table);
      if (refusal !== undefined) {
        this.#options.notes.strikeTable(name);
        return refusal;
      }
      if (!table.owned) this.#watch = this.#options.watch(name);
      stack.move();
      this.#table = table;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return { code: error.code };
    }
    this.#followWatch();
    return undefined;
  }

  #make(table: RuleTable): Refusal | undefined {
    return table.make(this.#holdings.all, () => this.#options.notes.noteTable(table.name));
  }

  #followWatch(): void {
    const watch = this.#watch;
    if (watch === undefined) return;
    this.#neighbours?.watcher.watch(watch.fd, (batch, nowMs) => {
      if (!watch.sawDeletion()) return;
      const exposed = this.#putBack();
      if (exposed.size > 0) this.#neighbours?.expose(exposed, batch, nowMs);
    });
  }

  /**
   * An owned table is safe from `nft flush ruleset`; others are not. Gives those that the kernel has
   * exposed by its refusal; it is asked again when the first of them is to be Master again.
   */
  #putBack(): ReadonlySet<Router> {
    const table = this.#table;
    // A refusal has been told of already.
    if (table === undefined || this.#isGone) return new Set();
    const refusal = this.#make(table);
    if (refusal === undefined) this.#tellDeletion();
    // Put back already; or notifications were lost, and none of them was about this one.
    if (refusal === undefined || refusal.code === "EEXIST") return new Set();
    this.#isGone = true;
    this.#options.log.error(
      `Somebody deleted the nftables table ${table.name}, and it cannot be put back: ` +
        words(refusal),
    );
    return new Set(this.#holdings.holders);
  }

  #tellDeletion(): void {
    const { log, tableName } = this.#options;
    log.warning(`Somebody deleted the nftables table ${tableName}: put back`);
  }

  #dropUnused(): void {
    if (!this.#wanted && this.#holdings.empty) this.#drop();
  }

  #drop(): void {
    const table = this.#table;
    if (table === undefined) return;
    this.#table = undefined;
    this.#isGone = false;
    if (this.#watch !== undefined) this.#neighbours?.watcher.unwatch(this.#watch.fd);
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    const refusal = table.delete();
    if (refusal === undefined || refusal.code === "ENOENT") {
      this.#options.notes.strikeTable(table.name);
    } else if (!table.owned) {
      this.#options.log.error(`Cannot delete the nftables table ${table.name}: ${words(refusal)}`);
    }
    table[Symbol.dispose]();
  }

  /** Deletes the table; call when no virtual router is Master any more. */
  [Symbol.dispose](): void {
    this.#neighbours = undefined;
    this.#drop();
  }
}

/** One for each virtual router: where it is now. */
function latest(holders: readonly Holder[]): Holder[] {
  return [...new Map(holders.map((holder) => [holder.router, holder])).values()];
}

/** Of what we have put on ourselves: what the interface has without us is the router's own. */
function deniedOf({ router, placement }: Holder): DeniedAddress[] {
  if (router.config.accept) return [];
  return router.installed.map(({ address }) => deniedAddress(address, placement.carrier.ifindex));
}

function words({ code, message }: Refusal): string {
  return message === undefined ? code : `${code} (${message})`;
}
