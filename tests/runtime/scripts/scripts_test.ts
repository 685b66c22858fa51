import assert from "node:assert/strict";
import { boottimeMs } from "../../../ffi/clock.ts";
import { libc } from "../../../ffi/libc.ts";
import type { NotifyConfig, VirtualRouterConfig } from "../../../src/config/types.ts";
import { Scripts } from "../../../src/runtime/scripts/scripts.ts";
import { PaperLog, router, routerConfig } from "../fixtures.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const STOPPED = { what: "transition", from: "Master", to: "Down", reason: "stopped" } as const;

/** A file to write to, which everybody may. */
class Diary implements AsyncDisposable {
  readonly path = Deno.makeTempFileSync();

  constructor() {
    Deno.chmodSync(this.path, 0o666);
  }

  /** Has who runs the program written down. */
  get notify(): NotifyConfig {
    const onStop = ["/bin/sh", "-c", `id -un >>${this.path}`] as const;
    return { onStop: [...onStop], timeoutMs: 60_000, appendsWords: false };
  }

  read(): Promise<string> {
    return Deno.readTextFile(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path);
  }
}

function admit(scripts: Scripts, routers: readonly VirtualRouterConfig[], scriptUser = "root") {
  assert.deepEqual(scripts.admit({ routers, scriptUser }), { ok: true, value: undefined });
}

for (
  const { what, routers, scriptUser } of [
    { what: "without programs", routers: () => [], scriptUser: "root" },
    {
      what: "whose programs run as another user",
      routers: (diary: Diary) => [routerConfig({ notify: diary.notify })],
      scriptUser: "root",
    },
  ]
) {
  Deno.test(`Scripts tells of what ends by a configuration ${what}, and as the earlier user`, async () => {
    await using diary = new Diary();
    const log = new PaperLog();
    const scripts = new Scripts({ log });
    const leaving = router({ notify: diary.notify });
    admit(scripts, [leaving.config], "nobody");
    scripts.follow([leaving.config], boottimeMs());
    admit(scripts, routers(diary), scriptUser);
    scripts.noteTransition(leaving, STOPPED);
    scripts.follow(routers(diary), boottimeMs());
    await scripts.finish();
    assert.equal(await diary.read(), "nobody\n");
    assert.deepEqual(log.lines, []);
  });
}

Deno.test("Scripts tells of what comes with a configuration as its user", async () => {
  await using diary = new Diary();
  const scripts = new Scripts({ log: new PaperLog() });
  const one = router({ notify: diary.notify });
  for (const user of ["nobody", "root"]) {
    admit(scripts, [one.config], user);
    scripts.follow([one.config], boottimeMs());
  }
  scripts.noteTransition(one, STOPPED);
  await scripts.finish();
  assert.equal(await diary.read(), "root\n");
});

Deno.test("Scripts.admit() changes nothing where it refuses", async () => {
  await using diary = new Diary();
  const scripts = new Scripts({ log: new PaperLog() });
  const one = router({ notify: diary.notify });
  admit(scripts, [one.config], "nobody");
  const refused = scripts.admit({ routers: [one.config], scriptUser: "no-such-user" });
  assert.ok(!refused.ok);
  scripts.follow([one.config], boottimeMs());
  scripts.noteTransition(one, STOPPED);
  await scripts.finish();
  assert.equal(await diary.read(), "nobody\n");
});
