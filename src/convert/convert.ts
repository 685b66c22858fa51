import { err, ok, type Result } from "../base/result.ts";
import { parseBlocks, type Statement } from "./blocks.ts";
import { expand, type ExpandOptions } from "./expand.ts";
import { GLOBAL_RULES, type GlobalDefs } from "./global_defs.ts";
import { writeInstance } from "./instance.ts";
import type { Trouble } from "./place.ts";
import { header, inOrder } from "./result.ts";
import { type FindProgram, locate } from "./programs.ts";
import { type Rules, walk } from "./rules.ts";
import { FILE_RULES, type Script, SCRIPT_RULES, type TrackedFile } from "./scripts.ts";
import { type Carried, type Report, Section } from "./section.ts";
import { SYNC_GROUP_RULES, type SyncGroup, syncGroup } from "./sync_groups.ts";
import { TOP_LEVEL } from "./top_level.ts";
import { VROUTER_KEYS } from "./vrouter_keys.ts";
import type { Surroundings } from "./writing.ts";

export interface ConvertOptions extends ExpandOptions {
  readonly findProgram: FindProgram;
}

export interface Conversion {
  /** Our configuration, with a comment for everything that is not as it was. */
  readonly toml: string;
  /** What is not as it was, in the order of the files. */
  readonly warnings: readonly Trouble[];
  /** What went over, and where to. */
  readonly carried: readonly Carried[];
  readonly holdsSecret: boolean;
}

/**
 * Turns a configuration of keepalived (keepalived.conf(5)) into ours. Everything in it ends in a key,
 * or in a comment and a warning. The error is braces that do not match, with their place; nothing is
 * ever thrown for what is in the files.
 */
export function convertKeepalived(options: ConvertOptions): Result<Conversion, Trouble> {
  const { lines, troubles } = expand(options);
  const blocks = parseBlocks(lines);
  if (!blocks.ok) return err(blocks.error);
  return ok(new Converter(options).convert(blocks.value, troubles));
}

class Converter {
  readonly #findProgram: FindProgram;
  readonly #report: Report;
  readonly #general: Section;
  readonly #sections: Section[] = [];
  readonly #global: GlobalDefs = { announcements: {} };
  readonly #scripts = new Map<string, Script>();
  readonly #files = new Map<string, TrackedFile>();
  readonly #groups: SyncGroup[] = [];
  readonly #groupSections = new Map<SyncGroup, Section>();
  readonly #instances: { readonly statement: Statement; readonly section: Section }[] = [];

  constructor({ source, findProgram }: ConvertOptions) {
    this.#findProgram = findProgram;
    this.#report = { mainFile: source.file, warnings: [], carried: [] };
    this.#general = new Section(this.#report);
  }

  convert(statements: readonly Statement[], troubles: readonly Trouble[]): Conversion {
    for (const trouble of troubles) this.#general.trouble(trouble);
    for (const statement of statements) this.#topLevel(statement);
    this.#settleGroups();
    const holdsSecret = this.#writeInstances();
    this.#checkUse(statements);
    this.#writeGeneral();
    const sections = [this.#general, ...this.#sections].map((section) =>
      section.text(VROUTER_KEYS)
    );
    const parts = [header(this.#report.mainFile, holdsSecret), ...sections];
    return {
      toml: parts.filter((text) => text !== "").join("\n"),
      warnings: inOrder(this.#report.warnings),
      carried: this.#report.carried,
      holdsSecret,
    };
  }

  #topLevel(statement: Statement): void {
    const [keyword = "", name = ""] = statement.words;
    switch (statement.block === undefined ? "" : keyword) {
      case "global_defs":
        return this.#read(statement, this.#general, GLOBAL_RULES, this.#global);
      case "vrrp_script":
        return this.#script(statement);
      case "track_file":
      case "vrrp_track_file":
        this.#define(statement, { map: this.#files, rules: FILE_RULES, draft: {} });
        return;
      case "vrrp_sync_group": {
        const group = syncGroup(statement);
        this.#groups.push(group);
        const section = this.#titled(statement);
        this.#groupSections.set(group, section);
        return this.#read(statement, section, SYNC_GROUP_RULES, group);
      }
      case "vrrp_instance": {
        const section = this.#section("[[vrouter]]");
        if (name === "") section.remark(statement, "it has no name");
        this.#instances.push({ statement, section });
        section.carry(statement, "[[vrouter]]");
        return;
      }
      default:
        return this.#quote(statement);
    }
  }

  /** A named block that instances refer to; keepalived takes the first of a name. */
  #define<D>(
    statement: Statement,
    { map, rules, draft }: {
      readonly map: Map<string, D>;
      readonly rules: Rules<D>;
      readonly draft: D;
    },
  ): Section | undefined {
    const name = statement.words[1] ?? "";
    if (map.has(name)) {
      this.#section().quote(statement, "there is one of this name already: left out");
      return undefined;
    }
    const section = this.#titled(statement);
    map.set(name, draft);
    this.#read(statement, section, rules, draft);
    return section;
  }

  #script(statement: Statement): void {
    const draft: Script = {};
    const section = this.#define(statement, { map: this.#scripts, rules: SCRIPT_RULES, draft });
    const line = statement.block?.findLast(({ words }) => words[0] === "script");
    if (section === undefined || draft.command === undefined || line === undefined) return;
    const findProgram = this.#findProgram;
    const located = locate(draft.command, { statement: line, section, findProgram });
    if (located === undefined) delete draft.command;
    else draft.command = located;
  }

  #read<D>(statement: Statement, section: Section, rules: Rules<D>, draft: D): void {
    section.carry(statement, statement.words[0] ?? "");
    walk(statement.block ?? [], { rules, draft, section });
  }

  #quote(statement: Statement): void {
    const [keyword = ""] = statement.words;
    const because = Object.hasOwn(TOP_LEVEL, keyword) ? TOP_LEVEL[keyword] : undefined;
    const text = statement.elsewhere !== undefined
      ? "for a machine of another name (convert -i NAME takes it)"
      : because === undefined
      ? "not known to this converter: left out"
      : `no counterpart: ${because}`;
    this.#section().quote(statement, text);
  }

  #section(header?: string): Section {
    const section = new Section(this.#report, header);
    this.#sections.push(section);
    return section;
  }

  #titled(statement: Statement): Section {
    const section = this.#section();
    section.title(statement);
    return section;
  }

  /** Leaves in each group those instances that there are, each in its first group. */
  #settleGroups(): void {
    const free = new Set(this.#instances.map(({ statement }) => statement.words[1]));
    for (const [{ members, statement }, section] of this.#groupSections) {
      const kept = members.filter((name) => free.delete(name));
      for (const name of members.filter((member) => !kept.includes(member))) {
        section.remark(statement, `there is no vrrp_instance ${name}, or it has a group`);
      }
      members.splice(0, members.length, ...kept);
      const [first] = members;
      if (first === undefined) section.quote(statement, "it has no member: left out");
      else section.note(`sync_group of ${members.join(", ")}; its programs run with ${first}`);
    }
  }

  #writeInstances(): boolean {
    const around: Surroundings = {
      global: this.#global,
      scripts: this.#scripts,
      files: this.#files,
      groups: this.#groups,
      findProgram: this.#findProgram,
      interfaceNames: new Set(),
    };
    const secrets = this.#instances.map(({ statement, section }) =>
      writeInstance(statement, { section, around })
    );
    return secrets.includes(true);
  }

  /** What is defined and never used. */
  #checkUse(statements: readonly Statement[]): void {
    const blocks = statements.flatMap(({ block = [] }) => block);
    const tracked = new Set(blocks.flatMap(trackedNames));
    for (const statement of statements) {
      const [keyword = "", name = ""] = statement.words;
      const isDefinition = keyword === "vrrp_script" || /^(?:vrrp_)?track_file$/.test(keyword);
      if (isDefinition && !tracked.has(name)) this.#general.remark(statement, "nothing tracks it");
    }
  }

  #writeGeneral(): void {
    const { startupDelayS, scriptUser } = this.#global;
    if (startupDelayS !== undefined) this.#general.set("startup_delay", startupDelayS);
    if (scriptUser !== undefined) this.#general.set("script_user", scriptUser);
    const program = this.#report.carried.find(({ keyword }) => /^(?:script$|notify)/.test(keyword));
    if (scriptUser !== undefined || program === undefined) return;
    this.#general.trouble({
      place: program.place,
      text:
        "script_user is not set: keepalived runs programs as the user keepalived_script where " +
        "there is one, rvrrpd as root",
    });
  }
}

function trackedNames({ words: [keyword = ""], block = [] }: Statement): string[] {
  return /^track_(?:script|file)$/.test(keyword) ? block.map(({ words: [name = ""] }) => name) : [];
}
