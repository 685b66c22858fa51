import assert from "node:assert/strict";
import fc from "fast-check";
import { getopt, type Letters } from "../../../src/cli/classic/getopt.ts";

const LETTERS: Letters = { n: "nothing", s: "nothing", i: "value", v: "value" };

const READ = [
  { args: [], options: {}, operands: [], row: "nothing" },
  { args: ["-n", "-s"], options: { n: "", s: "" }, operands: [], row: "options alone" },
  { args: ["-sn"], options: { n: "", s: "" }, operands: [], row: "a bundle" },
  { args: ["-i", "eth0"], options: { i: "eth0" }, operands: [], row: "a value behind it" },
  { args: ["-ieth0"], options: { i: "eth0" }, operands: [], row: "a value beside it" },
  { args: ["-snv1"], options: { s: "", n: "", v: "1" }, operands: [], row: "a bundle and a value" },
  {
    args: ["-snv", "1"],
    options: { s: "", n: "", v: "1" },
    operands: [],
    row: "the same in two words",
  },
  { args: ["-v", "1", "-v2"], options: { v: "2" }, operands: [], row: "the later of two values" },
  { args: ["-i", "-n"], options: { i: "-n" }, operands: [], row: "a value like an option" },
  { args: ["-i", ""], options: { i: "" }, operands: [], row: "an empty value" },
  { args: ["-i", "--", "a"], options: { i: "--" }, operands: ["a"], row: "a value like the end" },
  { args: ["a", "-n", "b"], options: { n: "" }, operands: ["a", "b"], row: "operands between" },
  {
    args: ["a", "--", "-n", "--"],
    options: {},
    operands: ["a", "-n", "--"],
    row: "the end of options",
  },
  { args: ["-", "-n"], options: { n: "" }, operands: ["-"], row: "a dash alone, no option" },
];

for (const { args, options, operands, row } of READ) {
  Deno.test(`getopt() reads ${row}`, () => {
    const read = getopt(args, LETTERS);
    assert.ok(read.ok);
    assert.deepEqual(Object.fromEntries(read.value.options), options);
    assert.deepEqual(read.value.operands, operands);
  });
}

const REFUSED = [
  { args: ["-x"], error: "Unknown option -x", row: "an unknown option" },
  { args: ["-nx1"], error: "Unknown option -x", row: "one in a bundle" },
  { args: ["-n:"], error: "Unknown option -:", row: "a colon" },
  { args: ["--help"], error: "Unknown option --help", row: "a long option" },
  { args: ["--auth=pw/0x41"], error: "Unknown option --auth", row: "a long option, not its value" },
  { args: ["-v"], error: "Option -v is without its value", row: "a value that is missing" },
  { args: ["-nsv"], error: "Option -v is without its value", row: "one of a bundle" },
];

for (const { args, error, row } of REFUSED) {
  Deno.test(`getopt() refuses ${row}`, () => {
    assert.deepEqual(getopt(args, LETTERS), { ok: false, error });
  });
}

Deno.test("getopt() loses no word behind the end of options", () => {
  fc.assert(fc.property(fc.array(fc.string()), (words) => {
    const read = getopt(["-n", "--", ...words], LETTERS);
    assert.deepEqual(read.ok && read.value.operands, words);
  }));
});
