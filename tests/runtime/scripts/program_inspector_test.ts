import assert from "node:assert/strict";
import { libc } from "../../../ffi/libc.ts";
import { PROGRAM_INSPECTOR } from "../../../src/runtime/scripts/program_inspector.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const NOBODY = 65534;
const SOMEBODY = 12345;

/** A directory as an administrator would make it, with a program in it. */
class Place implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<Place> {
    const place = new Place(await Deno.makeTempDir({ prefix: "rv-programs-" }));
    await Deno.chmod(place.directory, 0o755);
    await Deno.mkdir(place.path("bin"), { mode: 0o755 });
    await Deno.writeTextFile(place.path("bin/run"), "#!/bin/sh\n", { mode: 0o755 });
    return place;
  }

  path(name: string): string {
    return `${this.directory}/${name}`;
  }

  objection(name = "bin/run", user = "root") {
    return PROGRAM_INSPECTOR.objectionTo(this.path(name), user);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}

Deno.test("objectionTo() finds nothing wrong with programs of the system", () => {
  for (const program of ["/bin/sh", "/usr/bin/env", "/usr/bin/.././bin/env"]) {
    assert.equal(PROGRAM_INSPECTOR.objectionTo(program, "nobody"), undefined);
  }
});

Deno.test("objectionTo() takes what only root and the user can change, also below /tmp", async () => {
  await using place = await Place.make();
  assert.equal(place.objection(), undefined);
  await Deno.chown(place.path("bin/run"), NOBODY, NOBODY);
  assert.equal(place.objection("bin/run", "nobody"), undefined);
});

const DANGERS: readonly {
  readonly what: string;
  readonly change: (place: Place) => Promise<void>;
  readonly problem: string;
}[] = [
  {
    what: "a file that everybody can write",
    change: (place) => Deno.chmod(place.path("bin/run"), 0o757),
    problem: "bin/run can be written by everybody (mode 0757)",
  },
  {
    what: "a directory above that everybody can write",
    change: (place) => Deno.chmod(place.directory, 0o777),
    problem: " can be written by everybody (mode 0777)",
  },
  {
    what: "a directory that a group can write",
    change: async (place) => {
      await Deno.chown(place.path("bin"), 0, SOMEBODY);
      await Deno.chmod(place.path("bin"), 0o775);
    },
    problem: `bin can be written by group ${SOMEBODY} (mode 0775)`,
  },
  {
    what: "somebody else's file",
    change: (place) => Deno.chown(place.path("bin/run"), SOMEBODY, 0),
    problem: `bin/run belongs to user ${SOMEBODY}`,
  },
  {
    what: "somebody else's directory",
    change: (place) => Deno.chown(place.path("bin"), SOMEBODY, 0),
    problem: `bin belongs to user ${SOMEBODY}`,
  },
];

for (const { what, change, problem } of DANGERS) {
  Deno.test(`objectionTo() names the place where others could exchange a program: ${what}`, async () => {
    await using place = await Place.make();
    await change(place);
    const found = place.objection();
    assert.equal(found?.isDangerous, true);
    assert.ok(found.problem.endsWith(problem), found.problem);
  });
}

Deno.test("objectionTo() takes root's group for root", async () => {
  await using place = await Place.make();
  await Deno.chmod(place.path("bin"), 0o775);
  assert.equal(place.objection(), undefined);
});

Deno.test("objectionTo() does not let a program of root's be changed by anybody else", async () => {
  await using place = await Place.make();
  await Deno.chown(place.path("bin/run"), NOBODY, NOBODY);
  assert.equal(place.objection("bin/run", "root")?.isDangerous, true);
});

Deno.test("objectionTo() looks where symbolic links lead, and at everything on the way", async () => {
  await using place = await Place.make();
  await Deno.symlink("../bin/../bin/run", place.path("bin/link"));
  await Deno.symlink(place.path("bin/link"), place.path("far"));
  assert.equal(place.objection("far"), undefined);
  await Deno.chmod(place.path("bin"), 0o777);
  assert.equal(
    place.objection("far")?.problem,
    `${place.path("bin")} can be written by everybody (mode 0777)`,
  );
});

Deno.test("objectionTo() takes a file for missing, no danger, where nothing is", async () => {
  await using place = await Place.make();
  const found = place.objection("bin/other");
  assert.deepEqual(found, {
    problem: `cannot look at ${place.path("bin/other")}: there is no such file`,
    hint: "a program that exists",
    isDangerous: false,
  });
});

Deno.test("objectionTo() does not follow links in a circle", async () => {
  await using place = await Place.make();
  await Deno.symlink("circle", place.path("circle"));
  const found = place.objection("circle");
  assert.match(found?.problem ?? "", /too many symbolic links/);
  assert.equal(found?.isDangerous, false);
});

Deno.test("objectionTo() says what keeps the user from running it", async () => {
  await using place = await Place.make();
  const problem = (user: string) => {
    const found = place.objection("bin/run", user);
    assert.equal(found?.isDangerous, false);
    return found.problem.slice(place.directory.length);
  };
  await Deno.chmod(place.path("bin/run"), 0o644);
  assert.equal(problem("root"), "/bin/run cannot be run by root (mode 0644)");
  await Deno.chmod(place.path("bin/run"), 0o700);
  assert.equal(place.objection("bin/run", "root"), undefined);
  assert.equal(problem("nobody"), "/bin/run cannot be run by nobody (mode 0700)");
  await Deno.chmod(place.path("bin"), 0o700);
  assert.equal(problem("nobody"), "/bin cannot be entered by nobody (mode 0700)");
});

Deno.test("objectionTo() does not take a directory for a program", async () => {
  await using place = await Place.make();
  const found = place.objection("bin");
  assert.equal(found?.problem, `${place.path("bin")} is not a file`);
});

Deno.test("knowsUser() asks the machine", () => {
  assert.equal(PROGRAM_INSPECTOR.knowsUser("root"), true);
  assert.equal(PROGRAM_INSPECTOR.knowsUser("no-such-user-here"), false);
});
