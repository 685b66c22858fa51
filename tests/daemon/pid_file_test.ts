import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { PidFile } from "../../src/daemon/pid_file.ts";
import { DaemonRefusal } from "../../src/daemon/refusal.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

async function inDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function take(path: string, pid = 4711): { file: PidFile; warnings: string[] } {
  const warnings: string[] = [];
  return { file: PidFile.take({ path, pid, warn: (line) => warnings.push(line) }), warnings };
}

async function names(directory: string): Promise<string[]> {
  return await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
}

Deno.test("PidFile.take() writes the process id, and disposing removes the file", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/x.pid`;
    {
      const { file, warnings } = take(path);
      using _file = file;
      assert.equal(await Deno.readTextFile(path), "4711\n");
      assert.deepEqual(warnings, []);
    }
    assert.deepEqual(await names(directory), []);
  });
});

Deno.test("PidFile.take() refuses the file of a daemon that lives, and names its process", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/x.pid`;
    {
      using _first = take(path, 100).file;
      assert.throws(() => take(path, 200), (error) => {
        return error instanceof DaemonRefusal &&
          error.message === `Another daemon (process 100) holds ${path}: stop it, or set pid to ` +
              "another path";
      });
      assert.equal(await Deno.readTextFile(path), "100\n");
    }
    using _later = take(path, 200).file;
    assert.equal(await Deno.readTextFile(path), "200\n");
  });
});

Deno.test("PidFile.take() names what has chosen the path", async () => {
  await inDirectory(async (directory) => {
    const options = { path: `${directory}/x.pid`, pid: 1, warn: () => {}, setting: "-f" };
    using _first = PidFile.take(options);
    assert.equal(await Deno.readTextFile(options.path), "1\n");
    assert.throws(() => PidFile.take(options), /stop it, or set -f to another path$/);
    const nowhere = { ...options, path: `${directory}/none/x.pid` };
    assert.throws(() => PidFile.take(nowhere), /; set -f to a path that this user may write to$/);
  });
});

const STALE = [
  { what: "a dead process's number", text: "123456\n", said: /process 123456 has ended/ },
  { what: "a number with nothing after it", text: "77", said: /process 77 has ended/ },
  { what: "words", text: "garbage\n", said: /it held no process id/ },
  { what: "zeros, as after a power failure", text: "\0".repeat(64), said: /no process id/ },
  { what: "a number that no process has", text: "99999999999\n", said: /no process id/ },
  { what: "two lines", text: "12\n13\n", said: /no process id/ },
];

for (const { what, text, said } of STALE) {
  Deno.test(`PidFile.take() replaces a file with ${what}, and says so`, async () => {
    await inDirectory(async (directory) => {
      const path = `${directory}/x.pid`;
      await Deno.writeTextFile(path, text);
      const { file, warnings } = take(path);
      using _file = file;
      assert.equal(await Deno.readTextFile(path), "4711\n");
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", said);
    });
  });
}

Deno.test("PidFile.take() says nothing about an empty file", async () => {
  await inDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/x.pid`, "");
    const { file, warnings } = take(`${directory}/x.pid`);
    using _file = file;
    assert.deepEqual(warnings, []);
  });
});

const OBSTACLES: readonly {
  readonly what: string;
  readonly make: (path: string) => Promise<void>;
  readonly said: RegExp;
}[] = [
  {
    what: "somebody's data",
    make: (path) => Deno.writeTextFile(path, "x".repeat(65)),
    said: /its 65 bytes are no process id; set pid to/,
  },
  { what: "a directory", make: (path) => Deno.mkdir(path), said: /it is a directory/ },
  {
    what: "a symbolic link",
    make: async (path) => {
      await Deno.writeTextFile(`${path}.target`, "1\n");
      await Deno.symlink(`${path}.target`, path);
    },
    said: /it is a symbolic link/,
  },
  {
    what: "a file with a second name",
    make: async (path) => {
      await Deno.writeTextFile(path, "1\n");
      await Deno.link(path, `${path}.second`);
    },
    said: /it has several names/,
  },
];

for (const { what, make, said } of OBSTACLES) {
  Deno.test(`PidFile.take() leaves ${what} alone`, async () => {
    await inDirectory(async (directory) => {
      const path = `${directory}/x.pid`;
      await make(path);
      const before = await names(directory);
      assert.throws(() => take(path), (error) => {
        return error instanceof DaemonRefusal && said.test(error.message);
      });
      assert.deepEqual(await names(directory), before);
    });
  });
}

Deno.test("PidFile.take() names a directory that is missing", () => {
  assert.throws(
    () => take("/nonexistent/run/x.pid"),
    /^DaemonRefusal: Cannot use \/nonexistent\/run\/x\.pid as PID file: a directory of its path does not exist/,
  );
});

Deno.test("Disposing of a PidFile leaves a file alone that has taken its place", async () => {
  await inDirectory(async (directory) => {
    const path = `${directory}/x.pid`;
    {
      using _file = take(path).file;
      await Deno.remove(path);
      await Deno.writeTextFile(path, "1\n");
    }
    assert.equal(await Deno.readTextFile(path), "1\n");
  });
});

Deno.test("Disposing of a PidFile whose directory is gone does nothing", async () => {
  await inDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/run`);
    using _file = take(`${directory}/run/x.pid`).file;
    await Deno.remove(`${directory}/run`, { recursive: true });
  });
});
