import assert from "node:assert/strict";
import { libc } from "../../../ffi/libc.ts";
import {
  StateDirectory,
  StateDirectoryError,
  type StateFile,
} from "../../../src/runtime/undo/state_directory.ts";
import { run } from "../../support/command.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const NAME = "undo-1-2-01234567";
const NOBODY = 65534;

class Bench implements Disposable {
  readonly parent = Deno.makeTempDirSync();
  readonly path = `${this.parent}/state`;
  readonly #opened = new DisposableStack();

  open(path = this.path): StateDirectory {
    return this.#opened.use(StateDirectory.open(path));
  }

  own(file: StateFile): StateFile {
    return this.#opened.use(file);
  }

  /** A file as another process has left it. */
  leave(name: string, text: string): string {
    const path = `${this.path}/${name}`;
    Deno.writeTextFileSync(path, text, { mode: 0o600 });
    return path;
  }

  [Symbol.dispose](): void {
    this.#opened.dispose();
    Deno.removeSync(this.parent, { recursive: true });
  }
}

Deno.test("StateDirectory.open() makes a directory that is ours alone, or takes one", () => {
  using bench = new Bench();
  bench.open();
  assert.equal((Deno.statSync(bench.path).mode ?? 0) & 0o7777, 0o700);
  Deno.chmodSync(bench.path, 0o755);
  assert.deepEqual(bench.open(`${bench.path}//`).names(), []);
});

const REFUSED: readonly {
  readonly row: string;
  readonly make: (path: string) => void;
  readonly says: string;
}[] = [
  {
    row: "a symbolic link, even to a good one",
    make: (path) => {
      Deno.mkdirSync(`${path}.d`, { mode: 0o700 });
      Deno.symlinkSync(`${path}.d`, path);
    },
    says: "it is a symbolic link",
  },
  { row: "a file", make: (path) => Deno.writeTextFileSync(path, ""), says: "it is no directory" },
  {
    row: "somebody else's",
    make: (path) => {
      Deno.mkdirSync(path, { mode: 0o700 });
      Deno.chownSync(path, NOBODY, NOBODY);
    },
    says: `it belongs to user ${NOBODY}`,
  },
  {
    row: "one that others may write to",
    make: (path) => {
      Deno.mkdirSync(path);
      Deno.chmodSync(path, 0o770);
    },
    says: "others may write to it",
  },
];

for (const { row, make, says } of REFUSED) {
  Deno.test(`StateDirectory.open() refuses ${row}`, () => {
    using bench = new Bench();
    make(bench.path);
    for (const path of [bench.path, ...row === "a file" ? [] : [`${bench.path}/`]]) {
      assert.throws(() => bench.open(path), (error) => {
        assert.ok(error instanceof StateDirectoryError);
        assert.equal(
          error.message,
          `Cannot keep undo files in ${bench.path}: ${says}; ` +
            "set state_dir to a directory that only this user may write to",
        );
        return true;
      });
    }
  });
}

Deno.test("StateDirectory.open() does not make what the directory is to be in", () => {
  using bench = new Bench();
  assert.throws(
    () => bench.open(`${bench.path}/deep`),
    /the directory that it is to be in does not/,
  );
});

Deno.test("StateDirectory gives files of mode 0600 that are held until they are closed", () => {
  using bench = new Bench();
  const [ours, theirs] = [bench.open(), bench.open()];
  const file = bench.own(ours.create(NAME));
  file.append("one\n");
  file.append("two\n");
  assert.equal((Deno.statSync(`${bench.path}/${NAME}`).mode ?? 0) & 0o7777, 0o600);
  assert.deepEqual(theirs.names(), [NAME]);
  assert.deepEqual(theirs.inspect(NAME), { state: "held", text: "one\ntwo\n" });
  file[Symbol.dispose]();
  assert.deepEqual(theirs.inspect(NAME), { state: "free", text: "one\ntwo\n" });
  assert.throws(() => theirs.create(NAME), /EEXIST/);
  theirs.remove(NAME);
  theirs.remove(NAME);
  assert.deepEqual(ours.inspect(NAME), { state: "gone" });
});

Deno.test("StateDirectory lists more names than one call of the kernel brings", () => {
  using bench = new Bench();
  const directory = bench.open();
  const names = Array.from({ length: 3000 }, (_, index) => `undo-1-${index}-01234567`);
  for (const name of names) bench.leave(name, "");
  assert.deepEqual(directory.names().toSorted(), names.toSorted());
  assert.equal(directory.names().length, names.length);
});

Deno.test("StateDirectory looks into a free file for two at once", () => {
  using bench = new Bench();
  const directory = bench.open();
  const path = bench.leave(NAME, "x");
  using other = Deno.openSync(path);
  other.lockSync(false);
  assert.equal(directory.inspect(NAME).state, "free");
  other.unlockSync();
  other.lockSync(true);
  assert.equal(directory.inspect(NAME).state, "held");
});

const STRANGE: readonly {
  readonly row: string;
  readonly make: (path: string) => Promise<unknown> | void;
  readonly problem: string;
}[] = [
  {
    row: "a symbolic link",
    make: (path) => Deno.symlinkSync("/etc/hostname", path),
    problem: "it is a symbolic link",
  },
  { row: "a directory", make: (path) => Deno.mkdirSync(path), problem: "it is no file" },
  {
    row: "a pipe, without waiting for its other end",
    make: (path) => run(["mkfifo", "-m", "600", path]),
    problem: "it is no file",
  },
  {
    row: "somebody else's file",
    make: (path) => {
      Deno.writeTextFileSync(path, "", { mode: 0o600 });
      Deno.chownSync(path, NOBODY, NOBODY);
    },
    problem: `it belongs to user ${NOBODY}`,
  },
  {
    row: "a file that others may read",
    make: (path) => Deno.writeTextFileSync(path, "", { mode: 0o640 }),
    problem: "others may read or write it",
  },
  {
    row: "a file with a second name",
    make: (path) => {
      Deno.writeTextFileSync(path, "", { mode: 0o600 });
      Deno.linkSync(path, `${path}.too`);
    },
    problem: "it has several names",
  },
  {
    row: "a huge file, without reading it",
    make: (path) => {
      Deno.writeTextFileSync(path, "", { mode: 0o600 });
      Deno.truncateSync(path, 2 ** 40);
    },
    problem: `its ${2 ** 40} bytes are too many`,
  },
];

for (const { row, make, problem } of STRANGE) {
  Deno.test(`StateDirectory.inspect() refuses ${row}`, async () => {
    using bench = new Bench();
    const directory = bench.open();
    await make(`${bench.path}/${NAME}`);
    assert.deepEqual(directory.inspect(NAME), { state: "refused", problem });
  });
}

Deno.test("StateDirectory.inspect() takes bytes that are no text for text", () => {
  using bench = new Bench();
  const directory = bench.open();
  Deno.writeFileSync(bench.leave(NAME, ""), Uint8Array.of(0xff, 0x00, 0x0a));
  assert.deepEqual(directory.inspect(NAME), { state: "free", text: "\ufffd\0\n" });
});

Deno.test("StateDirectory.lock() keeps others out until it is given back, ourselves not", () => {
  using bench = new Bench();
  const [ours, theirs] = [bench.open(), bench.open()];
  {
    using _outer = ours.lock(0);
    {
      using inner = ours.lock(0);
      assert.ok(inner !== undefined);
    }
    assert.equal(theirs.lock(20), undefined);
  }
  using lock = theirs.lock(0);
  assert.ok(lock !== undefined);
});

Deno.test("StateDirectory.setAside() renames, over an older one too", () => {
  using bench = new Bench();
  const directory = bench.open();
  for (const text of ["old", "new"]) {
    bench.leave(NAME, text);
    assert.equal(directory.setAside(NAME), `${bench.path}/damaged-${NAME}`);
  }
  assert.equal(Deno.readTextFileSync(`${bench.path}/damaged-${NAME}`), "new");
  assert.deepEqual(directory.names(), [`damaged-${NAME}`]);
});
