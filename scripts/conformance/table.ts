import type { Section } from "../../tests/conformance/requirement.ts";
import { type Entry, isStrict, isTestable } from "./ledger.ts";
import type { Mark, Polarity } from "./marks.ts";

const INTRODUCTION = `# What the RFCs ask for, and which tests show it

RFC 9568 with its errata (7947, 7949, 8298, 8299, 8300, 8301) and RFC 3768, and what RFC 2338 says of
authentication. A MUST has a test that shows what it demands and one that shows that what it forbids does not
happen; everything else has one of either. Where there is none, the reason stands in its place. Unicast is no
part of any of them, and so not of this table.

The names of the tests carry the marks that the table is made of, such as \`[B9 demands]\`; the
requirements and the reasons are in \`requirements/\`.
`;

/** The Markdown of the whole table; tests are linked relative to \`tests/conformance/\`. */
export function tableText(sections: readonly Section[], entries: readonly Entry[]): string {
  const byId = new Map(entries.map((entry) => [entry.requirement.id, entry]));
  const parts = sections.map(({ title, requirements }) => {
    const rows = requirements.flatMap(({ id }) => byId.get(id) ?? []).map(rowOf);
    return [`## ${title}\n`, ...HEADING, ...rows, ""].join("\n");
  });
  return [
    "<!-- deno-fmt-ignore-file -->\n<!-- Made by scripts/conformance.ts -->\n",
    INTRODUCTION,
    summary(entries),
    ...parts,
  ].join("\n");
}

const HEADING = [
  "| id | level | from | requirement | shown: what it demands | shown: what it forbids |",
  "|---|---|---|---|---|---|",
];

function rowOf(entry: Entry): string {
  const { id, level, source, sentence, unbound, deviation } = entry.requirement;
  const tests = unbound !== undefined
    ? [`does not bind: ${unbound}`, ""]
    : deviation !== undefined
    ? [`otherwise here: ${deviation}`, ""]
    : [cellOf(entry, "demands"), cellOf(entry, "forbids")];
  return `| ${[id, level, source, sentence, ...tests].map(escaped).join(" | ")} |`;
}

function cellOf({ requirement, ...marks }: Entry, side: Polarity): string {
  const reason = requirement.without?.[side];
  return reason === undefined ? marks[side].map(linkOf).join("<br>") : `no test: ${reason}`;
}

function linkOf({ path, title }: Mark): string {
  return `[${title}](${path.replace(/^tests\//, "../")})`;
}

/** Within a cell; a name may hold what Markdown would take for its own. */
function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("$", "\\$").replaceAll("*", "\\*");
}

function summary(entries: readonly Entry[]): string {
  const bound = entries.filter(({ requirement }) => isTestable(requirement));
  const otherwise = entries.filter(({ requirement }) => requirement.deviation !== undefined);
  const strict = bound.filter(({ requirement }) => isStrict(requirement));
  const both = strict.filter(({ demands, forbids }) => demands.length > 0 && forbids.length > 0);
  const others = bound.filter(({ requirement }) => !isStrict(requirement));
  const tested = others.filter(({ demands, forbids }) => demands.length + forbids.length > 0);
  return [
    "| requirements | lines | tested | with a reason instead |",
    "|---|---|---|---|",
    `| MUST, MUST NOT | ${strict.length} | ${both.length} both ways | ${
      strict.length - both.length
    } one or both ways |`,
    `| all others | ${others.length} | ${tested.length} | ${others.length - tested.length} |`,
    `| otherwise here | ${otherwise.length} | | ${otherwise.length} |`,
    `| do not bind | ${entries.length - bound.length - otherwise.length} | | |`,
    "",
  ].join("\n");
}
