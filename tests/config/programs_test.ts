import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import type { Objection } from "../../src/config/programs.ts";
import { lines, ROUTER } from "./support.ts";

const DANGER = { problem: "/a can be written by everybody", hint: "mend", isDangerous: true };
const MISSING = { problem: "/a does not exist", hint: "mend", isDangerous: false };

interface Asked {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  readonly failing: readonly string[];
  readonly questions: readonly string[];
}

/** Loads a configuration on a machine where `objection` stands against every program. */
function load(
  { user = "watcher", routers, objection, users = ["watcher", "root"] }: {
    readonly user?: string;
    readonly routers: readonly object[];
    readonly objection?: Objection;
    readonly users?: readonly string[];
  },
): Asked {
  const questions: string[] = [];
  const vrouter = routers.map((keys, index) => ({ ...ROUTER, interface: `eth${index}`, ...keys }));
  const { faults, warnings } = loadConfig({
    text: JSON.stringify({ script_user: user, vrouter }),
    fileName: "rvrrpd.conf",
    format: "json",
    programs: {
      knowsUser: (name) => users.includes(name),
      objectionTo: (program, asUser) => {
        questions.push(`${program} ${asUser}`);
        return objection;
      },
    },
  });
  return {
    faults: lines(faults),
    warnings: lines(warnings.filter(({ failsCheck }) => !failsCheck)),
    failing: lines(warnings.filter(({ failsCheck }) => failsCheck)),
    questions,
  };
}

Deno.test("checkPrograms() asks about every program once, by its first word", () => {
  const script = { name: "web", command: ["/c", "x"] };
  const { questions, faults, warnings } = load({
    routers: [
      { notify_master: "/a up", notify_backup: ["/a", "down"], notify_fault: "/b" },
      { notify_stop: "/d", notify: "/e", track_script: [script] },
    ],
  });
  const asked = ["/a", "/b", "/d", "/e", "/c"].map((path) => `${path} watcher`);
  assert.deepEqual(questions, asked);
  assert.deepEqual([...faults, ...warnings], []);
});

Deno.test("checkPrograms() refuses what others could exchange, naming the place", () => {
  const { faults } = load({ routers: [{ notify: "/a" }], objection: DANGER });
  assert.deepEqual(faults, [
    "rvrrpd.conf:1: vrouter[0].notify: /a can be written by everybody (mend)",
  ]);
});

Deno.test("checkPrograms() lets a router start whose program is missing, and fails its check", () => {
  const { faults, failing } = load({ routers: [{ notify: "/a" }], objection: MISSING });
  assert.deepEqual(faults, []);
  assert.deepEqual(failing, ["rvrrpd.conf:1: vrouter[0].notify: /a does not exist (mend)"]);
});

Deno.test("checkPrograms() refuses a program without an absolute path", () => {
  const script = { name: "web", command: "check" };
  const { faults, questions } = load({
    routers: [{ notify: "bin/a", track_script: [script] }],
    objection: DANGER,
  });
  assert.deepEqual(faults, [
    'rvrrpd.conf:1: vrouter[0].notify: "bin/a" is not an absolute path ' +
    "(an absolute path, as no shell looks it up)",
    'rvrrpd.conf:1: vrouter[0].track_script[0].command: "check" is not an absolute path ' +
    "(an absolute path, as no shell looks it up)",
  ]);
  assert.deepEqual(questions, []);
});

Deno.test("checkPrograms() refuses a user that the machine does not know", () => {
  const { faults, questions } = load({ user: "nobdy", routers: [{ notify: "/a" }] });
  assert.deepEqual(faults, [
    'rvrrpd.conf:1: script_user: "nobdy" is not a user of this machine ' +
    "(one that exists, with no other duty)",
  ]);
  assert.deepEqual(questions, []);
});

Deno.test("checkPrograms() warns of programs that run as root", () => {
  const { faults, warnings } = load({ user: "root", routers: [{ notify: "/a" }] });
  assert.deepEqual(faults, []);
  assert.deepEqual(warnings, [
    "rvrrpd.conf:1: script_user: programs run as root (a user of their own, unless they need to be root)",
  ]);
});

Deno.test("checkPrograms() says nothing where nothing is run", () => {
  const { faults, warnings } = load({ user: "nobdy", routers: [{}] });
  assert.deepEqual([...faults, ...warnings], []);
});
