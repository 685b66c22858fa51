import type { Command, CommandOutcome, Detail } from "../api/messages.ts";
import type { Change } from "../config/changes.ts";
import { wouldTellSecret } from "../config/told_secrets.ts";
import { foldChange } from "../config/fold_changes.ts";
import { isOver, momentAfter } from "../daemon/second_process.ts";
import type { Router } from "../runtime/router.ts";
import type { RouterName } from "../runtime/snapshot.ts";
import { type CommandRefusal, detailsOf, refusal, TOO_LATE } from "./command_refusal.ts";
import { ConfigCommands, type ConfigCommandsParts } from "./config_commands.ts";
import { areTooLong, countObjects, hasTooManyObjects } from "./change_limits.ts";
import { readConfigElsewhere } from "./config_process.ts";
import type { ReadConfig } from "./config_file.ts";

export interface CommandsParts extends ConfigCommandsParts {
  /** This configuration has taken the place of the one before. */
  readonly changed: (read: ReadConfig) => void;
  /** Reads the configuration with these changes made to it. */
  readonly readChanged?: typeof readConfigElsewhere;
  /** So long a change may wait and be made, else 20 s. */
  readonly patienceMs?: number;
}

type ChangeCommand = Extract<Command, { do: "change" }>;

const TOLD_SECRET: Detail = {
  path: "auth_type",
  message: "would send a secret in the clear that so far nobody could read " +
    "(give auth_secret with it, or use the control socket)",
};
const DONE = { done: true } as const;
/** So many changes wait while one is made. */
const MOST_WAITING = 8;
/** What has not been done by then is not done: soon after that the client is told of no answer. */
const PATIENCE_MS = 20_000;

/** Carries out what clients ask for; nothing of it was checked on this side before. */
export class ApiCommands {
  readonly #parts: CommandsParts;
  readonly #readChanged: typeof readConfigElsewhere;
  readonly #config: ConfigCommands;
  /** Changes that are being made or wait for it. */
  #underWay = 0;

  constructor(parts: CommandsParts) {
    this.#parts = parts;
    this.#readChanged = parts.readChanged ?? readConfigElsewhere;
    this.#config = new ConfigCommands(parts);
  }

  async run(command: Command): Promise<CommandOutcome> {
    const { control } = this.#parts;
    switch (command.do) {
      case "force":
        return this.#force(command);
      case "change":
        return await this.#inTurn(command, (byMs) => this.#change(command, byMs));
      case "writeConfig":
        return await this.#inTurn(command, (byMs) => this.#config.run(command, byMs));
      case "reload":
        return await this.#reload();
      case "stop":
        control.stop();
        return DONE;
    }
  }

  /**
   * A file with faults is told of to who asks, and so is one that this process cannot go on with; any
   * other is taken over as with SIGHUP.
   */
  async #reload(): Promise<CommandOutcome> {
    const { control, options, changes } = this.#parts;
    const deadlineMs = this.#deadlineMs();
    let read: ReadConfig | undefined;
    try {
      await control.take(async () => {
        if (isOver(deadlineMs)) throw new Error(TOO_LATE);
        read = await this.#readChanged(options, changes, deadlineMs);
        // It is only asked whether anything stands against it.
        return read.config && { ...read.config, prepare: () => Promise.resolve(false) };
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return read === undefined
        ? refusal("unable", why)
        : refusal("invalid", `The configuration stays as it was: ${why}`);
    }
    const { faults = [] } = read ?? {};
    if (faults.length > 0) {
      return refusal("invalid", "The configuration is wrong", detailsOf(faults));
    }
    control.reload();
    return DONE;
  }

  #deadlineMs(): number {
    return momentAfter(this.#parts.patienceMs ?? PATIENCE_MS);
  }

  #force({ router: name, to }: Extract<Command, { do: "force" }>): CommandOutcome {
    const { control } = this.#parts;
    const [router, other] = findAll(control.routers, name);
    if (router === undefined) return refusal("missing", "There is no such virtual router");
    if (other !== undefined) return ambiguous();
    if (to === "Master" && hearsBetter(router)) {
      return refusal("conflict", "A Master of higher priority is heard");
    }
    const { interface: interfaceName, protocol: { vrid, family } } = router.config;
    const count = control.force({ interface: interfaceName, group: vrid, family }, to);
    return count > 0 ? DONE : refusal("conflict", `It cannot be forced in ${router.state.name}`);
  }

  async #inTurn(
    { isLocal }: { readonly isLocal: boolean },
    make: (deadlineMs: number) => Promise<CommandOutcome>,
  ): Promise<CommandOutcome> {
    if (!isLocal && this.#underWay > MOST_WAITING) {
      return refusal("unable", "Too many changes wait to be made: try again later");
    }
    this.#underWay++;
    try {
      return await make(this.#deadlineMs());
    } catch (error) {
      return refusal("unable", error instanceof Error ? error.message : String(error));
    } finally {
      this.#underWay--;
    }
  }

  async #change(
    { change, isLocal }: ChangeCommand,
    deadlineMs: number,
  ): Promise<CommandOutcome> {
    const { control, options, changes, changed } = this.#parts;
    let outcome: CommandOutcome = DONE;
    await control.take(async () => {
      if (isOver(deadlineMs)) throw new Error(TOO_LATE);
      const latest = this.#inOwnWords(change);
      if (!isLocal && this.#tellsSecret(latest)) {
        outcome = refusal("invalid", "The body has wrong values", [TOLD_SECRET]);
        return undefined;
      }
      const read = await this.#readChanged(options, [...changes, latest], deadlineMs);
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

  /** Who does not know a secret could have it sent in the clear, and read it there. */
  #tellsSecret(change: Change): boolean {
    if (change.what !== "setRouter" || !wouldTellSecret(change.keys)) return false;
    return findAll(this.#parts.control.routers, change.router).some(({ config }) =>
      config.protocol.auth.type !== "rfc2338-simple"
    );
  }

  /** What is too much of it, whoever has signed in. */
  #excess({ config }: ReadConfig, kept: readonly Change[]): CommandRefusal | undefined {
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
    const [router, other] = findAll(this.#parts.control.routers, change.router);
    if (router === undefined || other !== undefined) return change;
    const { interface: interfaceName, protocol: { vrid: group, family } } = router.config;
    return { ...change, router: { group, interface: interfaceName, family } };
  }
}

function findAll(
  routers: readonly Router[],
  { group, interface: name, family }: RouterName,
): readonly Router[] {
  return routers.filter(({ config }) =>
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
function problemOf({ config, obstacles, faults }: ReadConfig): CommandRefusal | undefined {
  const obstacle = obstacles.at(-1);
  if (obstacle === "missing") return refusal("missing", "There is no such thing");
  if (obstacle === "conflict") return refusal("conflict", "It exists already");
  if (obstacle === "ambiguous") return ambiguous();
  if (config !== undefined) return undefined;
  return refusal("invalid", "The configuration would be wrong", detailsOf(faults));
}

function ambiguous(): CommandRefusal {
  return refusal(
    "conflict",
    "There is a virtual router of each family: say which one by ?family=4 or ?family=6 " +
      "(rvrrpd set and force: --family)",
  );
}
