import type { Command, CommandOutcome, Detail } from "../api/messages.ts";
import type { Change } from "../config/changes.ts";
import { foldChange } from "../config/fold_changes.ts";
import type { Control } from "../runtime/companion.ts";
import type { Router } from "../runtime/router.ts";
import type { RouterName } from "../runtime/snapshot.ts";
import { areTooLong, countObjects, hasTooManyObjects } from "./change_limits.ts";
import { readConfigElsewhere } from "./config_process.ts";
import type { ReadConfig } from "./config_file.ts";
import type { RvrrpdOptions } from "./options.ts";

export interface CommandsParts {
  readonly control: Control;
  readonly options: RvrrpdOptions;
  /** Those that are in force: a new one that can be made is added, or takes the place of others. */
  readonly changes: Change[];
  /** This configuration has taken the place of the one before. */
  readonly changed: (read: ReadConfig) => void;
  /** Reads the configuration with these changes made to it. */
  readonly readChanged?: typeof readConfigElsewhere;
}

type Refusal = Extract<CommandOutcome, { done: false }>;
type ChangeCommand = Extract<Command, { do: "change" }>;

const DONE = { done: true } as const;
/** So many changes wait while one is made. */
const MOST_WAITING = 8;

/** Carries out what clients ask for; nothing of it was checked on this side before. */
export class ApiCommands {
  readonly #parts: CommandsParts;
  readonly #readChanged: typeof readConfigElsewhere;
  /** Changes that are being made or wait for it. */
  #underWay = 0;

  constructor(parts: CommandsParts) {
    this.#parts = parts;
    this.#readChanged = parts.readChanged ?? readConfigElsewhere;
  }

  async run(command: Command): Promise<CommandOutcome> {
    const { control } = this.#parts;
    switch (command.do) {
      case "force":
        return this.#force(command);
      case "change":
        return await this.#changeInTurn(command);
      case "reload":
        return await this.#reload();
      case "stop":
        control.stop();
        return DONE;
    }
  }

  /** A file with faults is told of to who asks; one without is taken over as with SIGHUP. */
  async #reload(): Promise<CommandOutcome> {
    const { control, options, changes } = this.#parts;
    let faults: ReadConfig["faults"] = [];
    try {
      await control.take(async () => {
        faults = (await this.#readChanged(options, changes)).faults;
        return undefined;
      });
    } catch (error) {
      return refusal("unable", error instanceof Error ? error.message : String(error));
    }
    if (faults.length > 0) return refusal("invalid", "The configuration is wrong", details(faults));
    control.reload();
    return DONE;
  }

  #force({ router: name, to }: Extract<Command, { do: "force" }>): CommandOutcome {
    const { control } = this.#parts;
    const router = find(control.routers, name);
    if (router === undefined) return refusal("missing", "There is no such virtual router");
    if (to === "Master" && hearsBetter(router)) {
      return refusal("conflict", "A Master of higher priority is heard");
    }
    const { interface: interfaceName, protocol: { vrid, family } } = router.config;
    const count = control.force({ interface: interfaceName, group: vrid, family }, to);
    return count > 0 ? DONE : refusal("conflict", `It cannot be forced in ${router.state.name}`);
  }

  async #changeInTurn(command: ChangeCommand): Promise<CommandOutcome> {
    if (!command.isLocal && this.#underWay > MOST_WAITING) {
      return refusal("unable", "Too many changes wait to be made: try again later");
    }
    this.#underWay++;
    try {
      return await this.#change(command);
    } catch (error) {
      return refusal("unable", error instanceof Error ? error.message : String(error));
    } finally {
      this.#underWay--;
    }
  }

  async #change({ change, isLocal }: ChangeCommand): Promise<CommandOutcome> {
    const { control, options, changes, changed } = this.#parts;
    let outcome: CommandOutcome = DONE;
    await control.take(async () => {
      const latest = this.#inOwnWords(change);
      const read = await this.#readChanged(options, [...changes, latest]);
      const kept = foldChange(changes, { latest, obstacles: read.obstacles });
      outcome = problemOf(read) ?? (isLocal ? undefined : this.#excess(read, kept)) ?? DONE;
      if (!outcome.done || read.config === undefined) return undefined;
      // At once, as the next change is made to what is in force by then.
      const takeOver = () => {
        changes.splice(0, changes.length, ...kept);
        changed(read);
      };
      return { ...read.config, takeOver };
    });
    return outcome;
  }

  /** What is too much of it, whoever has signed in. */
  #excess({ config }: ReadConfig, kept: readonly Change[]): Refusal | undefined {
    const { control, changes } = this.#parts;
    const before = countObjects(control.routers.map((router) => router.config));
    if (hasTooManyObjects({ before, after: countObjects(config?.routers ?? []) })) {
      return refusal("conflict", "There would be too many virtual routers, addresses and routes");
    }
    return areTooLong({ before: changes, after: kept })
      ? refusal("conflict", "There are too many changes already: put them into the file")
      : undefined;
  }

  /**
   * The file knows a virtual router by its interface, never by that of its macvlan. With its family it
   * stays the one that is meant whatever others there will be.
   */
  #inOwnWords(change: Change): Change {
    if (change.what !== "setRouter" && change.what !== "deleteRouter") return change;
    const router = find(this.#parts.control.routers, change.router);
    if (router === undefined) return change;
    const { interface: interfaceName, protocol: { vrid: group, family } } = router.config;
    return { ...change, router: { group, interface: interfaceName, family } };
  }
}

function find(
  routers: readonly Router[],
  { group, interface: name, family }: RouterName,
): Router | undefined {
  return routers.find(({ config }) =>
    config.protocol.vrid === group &&
    (config.interface === name || carries(config, name)) &&
    (family === undefined || config.protocol.family === family)
  );
}

function carries(config: Router["config"], name: string): boolean {
  return config.interfaceType === "macvlan" && config.virtualInterface === name;
}

function hearsBetter({ state, effectivePriority }: Router): boolean {
  return state.name === "Backup" && state.master !== undefined &&
    state.master.priority > effectivePriority;
}

/** The last change is the one that was asked for; obstacles of earlier ones are known already. */
function problemOf({ config, obstacles, faults }: ReadConfig): Refusal | undefined {
  const obstacle = obstacles.at(-1);
  if (obstacle === "missing") return refusal("missing", "There is no such thing");
  if (obstacle === "conflict") return refusal("conflict", "It exists already");
  if (config !== undefined) return undefined;
  return refusal("invalid", "The configuration would be wrong", details(faults));
}

function details(faults: ReadConfig["faults"]): Detail[] {
  return faults.map(({ text, fault }) => ({
    path: fault?.path ?? "",
    message: fault === undefined ? text : `${fault.problem} (${fault.hint})`,
  }));
}

function refusal(
  why: Refusal["why"],
  message: string,
  details: readonly Detail[] = [],
): Refusal {
  return { done: false, why, message, details };
}
