import assert from "node:assert/strict";
import { parsePrefix } from "../../../src/base/ip.ts";
import { AcceptError, AcceptRules } from "../../../src/runtime/accept/accept_rules.ts";
import type { TableWatch } from "../../../src/runtime/accept/table_watch.ts";
import type { Router } from "../../../src/runtime/router.ts";
import { Batch } from "../../../src/runtime/batch.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { PaperLog, placement, router } from "../fixtures.ts";
import { PaperSocket } from "./fixtures.ts";

const EPERM = 1;
const ENOENT = 2;
const ENOMEM = 12;
const EEXIST = 17;
const EINVAL = 22;
const EPROTONOSUPPORT = 93;
const TABLE = "rvrrpd_1_00000000";
const [NEW_TABLE, DELETE_TABLE, NEW_ELEMENTS, DELETE_ELEMENTS] = [0, 2, 12, 14];

/** What only tells of a deletion when it is told to. */
class PaperWatch implements TableWatch {
  readonly fd = new Fd(0x7fff_ffff);
  closed = false;
  sawDeletion = () => true;
  [Symbol.dispose](): void {
    this.closed = true;
  }
}

function scene({ errnos = [] }: { readonly errnos?: readonly number[] } = {}) {
  const sockets: PaperSocket[] = [];
  const watch = new PaperWatch();
  const log = new PaperLog();
  const noted = new Set<string>();
  const waiting = [...errnos];
  const sources = new Map<Fd, () => void>();
  const exposed: Router[] = [];
  const rules = new AcceptRules({
    log,
    notes: {
      noteTable: (name) => void noted.add(name),
      strikeTable: (name) => void noted.delete(name),
    },
    tableName: TABLE,
    open: () => {
      const socket = new PaperSocket();
      // All sockets take from one list: it is one kernel.
      socket.errnos = waiting;
      sockets.push(socket);
      return socket;
    },
    watch: () => watch,
  });
  rules.attach({
    watcher: {
      watch: (fd, take) => void sources.set(fd, () => take(new Batch(), 0)),
      unwatch: (fd) => void sources.delete(fd),
    },
    expose: (routers) => void exposed.push(...routers),
  });
  const tell = () => sources.get(watch.fd)?.();
  const types = () => sockets.flatMap((socket) => socket.types).map((types) => types.at(-1) ?? -1);
  return { rules, sockets, log, noted, watch, tell, types, waiting, exposed };
}

function holder({ accept = false, installed = ["10.9.0.100/24"] } = {}): { router: Router } & {
  placement: ReturnType<typeof placement>;
} {
  const one = router({ accept });
  one.noteInstalled(
    installed.map((text) => parsePrefix(text)).filter((prefix) => prefix !== undefined),
  );
  return { router: one, placement: placement() };
}

Deno.test("AcceptRules opens nothing where every virtual router accepts", () => {
  const { rules, sockets } = scene();
  const accepting = holder({ accept: true });
  rules.require([accepting.router.config]);
  assert.equal(rules.deny([accepting]).size, 0);
  assert.equal(rules.follow([accepting]).size, 0);
  rules[Symbol.dispose]();
  assert.deepEqual(sockets, []);
});

Deno.test("AcceptRules.require() makes the table before it is needed", () => {
  const { rules, sockets } = scene();
  rules.require([{ accept: true }, { accept: false }]);
  assert.equal(sockets[0]?.types[0]?.[0], NEW_TABLE);
});

Deno.test("AcceptRules.require() says what the kernel lacks, and the mend", () => {
  const { rules, sockets } = scene({ errnos: [EINVAL, EINVAL] });
  assert.throws(() => rules.require([{ accept: false }]), (error) => {
    assert.ok(error instanceof AcceptError);
    assert.match(error.message, /^accept = false needs nftables in the kernel, .* EINVAL: load /);
    return true;
  });
  assert.ok(sockets[0]?.closed);
});

Deno.test("AcceptRules.require() says the same where there is no such socket", () => {
  const rules = new AcceptRules({
    log: new PaperLog(),
    notes: { noteTable: () => {}, strikeTable: () => {} },
    tableName: TABLE,
    open: () => {
      throw new SyscallError("open a netlink socket", EPROTONOSUPPORT);
    },
    watch: () => new PaperWatch(),
  });
  assert.throws(() => rules.require([{ accept: false }]), /answers EPROTONOSUPPORT/);
});

Deno.test("AcceptRules denies what goes on, and lets go of it only when it has gone", () => {
  const { rules, types } = scene();
  const one = holder();
  rules.require([one.router.config]);
  rules.deny([one]);
  one.router.noteInstalled([]);
  rules.deny([one]);
  const before = types().slice(1);
  rules.follow([one]);
  assert.deepEqual(before, [NEW_ELEMENTS], "the address is still on the interface");
  assert.deepEqual(types().slice(1), [NEW_ELEMENTS, DELETE_ELEMENTS]);
});

Deno.test("AcceptRules lets go of an address that turned out to be somebody else's", () => {
  const { rules, types } = scene();
  const one = holder({ installed: ["10.9.0.100/24", "10.9.0.101/24"] });
  rules.deny([one]);
  const [, other] = one.router.installed;
  assert.ok(other);
  one.router.forgetInstalled(other.address);
  rules.follow([one]);
  assert.equal(types().at(-1), DELETE_ELEMENTS);
});

Deno.test("AcceptRules names those whose addresses must not go on where the kernel refuses", () => {
  const { rules, log, waiting } = scene();
  rules.require([{ accept: false }]);
  waiting.push(EPERM);
  const [one, accepting] = [holder(), holder({ accept: true })];
  assert.deepEqual([...rules.deny([one, accepting])], [one.router]);
  assert.deepEqual(log.lines, [
    "error: Cannot change what is dropped for accept = false: EPERM",
  ]);
  assert.equal(rules.deny([one]).size, 0, "tried anew the next time");
});

Deno.test("AcceptRules drops the table when nobody wants it any more, and makes it again", () => {
  const { rules, sockets, types } = scene();
  const one = holder();
  rules.require([one.router.config]);
  rules.deny([one]);
  rules.require([{ accept: true }]);
  assert.ok(!sockets[0]?.closed, "its address is still on the interface");
  one.router.noteInstalled([]);
  rules.follow([one]);
  assert.equal(types().at(-1), DELETE_TABLE);
  assert.ok(sockets[0]?.closed);
  rules.require([{ accept: false }]);
  assert.equal(sockets.length, 2);
});

Deno.test("AcceptRules keeps a note of an unowned table until that is deleted", () => {
  const { rules, noted } = scene({ errnos: [EINVAL] });
  rules.require([{ accept: false }]);
  assert.deepEqual([...noted], [TABLE]);
  rules[Symbol.dispose]();
  assert.deepEqual([...noted], []);
});

Deno.test("AcceptRules puts an unowned table back that somebody deleted, with all that is in it", () => {
  const { rules, log, tell, sockets, waiting, watch } = scene({ errnos: [EINVAL] });
  rules.require([{ accept: false }]);
  rules.deny([holder()]);
  waiting.push(EINVAL);
  tell();
  assert.deepEqual(sockets[0]?.types.at(-1)?.slice(-1), [NEW_ELEMENTS]);
  assert.deepEqual(log.lines, [`warning: Somebody deleted the nftables table ${TABLE}: put back`]);
  rules[Symbol.dispose]();
  assert.ok(watch.closed);
});

Deno.test("AcceptRules says nothing where notifications were lost and the table is there", () => {
  const { rules, log, tell, waiting, noted } = scene({ errnos: [EINVAL] });
  rules.require([{ accept: false }]);
  waiting.push(EEXIST);
  tell();
  assert.deepEqual(log.lines, []);
  assert.deepEqual([...noted], [TABLE]);
});

const DELETED = `Somebody deleted the nftables table ${TABLE}`;

Deno.test("AcceptRules exposes nobody in silence where the table cannot be put back", () => {
  const { rules, log, tell, waiting, exposed, types } = scene({ errnos: [EINVAL] });
  const one = holder();
  rules.require([one.router.config]);
  rules.deny([one]);
  waiting.push(ENOMEM);
  tell();
  assert.deepEqual(exposed, [one.router]);
  assert.deepEqual(log.lines, [`error: ${DELETED}, and it cannot be put back: ENOMEM`]);
  tell();
  assert.equal(exposed.length, 1, "once for one deletion");
  one.router.noteInstalled([]);
  const before = types().length;
  assert.equal(rules.follow([one]).size, 0, "nothing is left to be taken out");
  assert.equal(types().length, before);
});

Deno.test("AcceptRules makes a lost table anew before the first address goes on again", () => {
  const { rules, log, tell, waiting, types } = scene({ errnos: [EINVAL] });
  const one = holder();
  rules.deny([one]);
  waiting.push(ENOMEM);
  tell();
  log.lines.length = 0;
  waiting.push(ENOENT, ENOMEM);
  assert.deepEqual([...rules.deny([one])], [one.router], "still refused");
  waiting.push(ENOENT, EINVAL);
  assert.equal(rules.deny([one]).size, 0);
  assert.equal(types().at(-1), NEW_ELEMENTS, "all that is held is in it");
  assert.deepEqual(log.lines, [
    "error: Cannot change what is dropped for accept = false: ENOMEM",
    `warning: ${DELETED}: put back`,
  ]);
});

Deno.test("AcceptRules puts a deleted table back where a change comes before the notification", () => {
  const { rules, log, tell, waiting, types, exposed } = scene({ errnos: [EINVAL] });
  const [one, other] = [holder(), holder({ installed: ["10.9.0.101/24"] })];
  rules.deny([one]);
  waiting.push(ENOENT, ENOENT, EINVAL);
  assert.equal(rules.deny([other]).size, 0);
  assert.equal(types().at(-1), NEW_ELEMENTS);
  waiting.push(EEXIST);
  tell();
  assert.deepEqual(log.lines, [`warning: ${DELETED}: put back`]);
  assert.deepEqual(exposed, []);
});

Deno.test("AcceptRules finds all who are exposed where that change cannot put it back either", () => {
  const { rules, tell, waiting, exposed } = scene({ errnos: [EINVAL] });
  const [one, other] = [holder(), holder({ installed: ["10.9.0.101/24"] })];
  rules.deny([one]);
  waiting.push(ENOENT, ENOENT, ENOMEM);
  assert.deepEqual([...rules.deny([other])], [other.router]);
  waiting.push(ENOMEM);
  tell();
  assert.deepEqual(exposed, [one.router]);
});
