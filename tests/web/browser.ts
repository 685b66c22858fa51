import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Machine, World } from "../support/world.ts";

/** On a busy machine a browser needs ten seconds. */
const START_PATIENCE_MS = 120_000;

export interface BrowserOptions {
  readonly world: World;
  readonly machine: Machine;
}

/** A headless Chromium on a machine of the world, from where it reaches nothing else. */
export class ConsoleBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #problems: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start({ world, machine }: BrowserOptions): Promise<ConsoleBrowser> {
    const program = world.path("chromium");
    const command = `exec ip netns exec ${world.namespace(machine)} chromium "$@"`;
    await Deno.writeTextFile(program, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
    // There is no sandbox for root, and nothing here that comes from elsewhere.
    const browser = await chromium.launch({
      executablePath: program,
      chromiumSandbox: false,
      timeout: START_PATIENCE_MS,
    });
    return world.own(new ConsoleBrowser(browser));
  }

  /** A page that notes everything the browser finds wrong, which includes what the policy refuses. */
  async page(size: { readonly width: number; readonly height: number }): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: size });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.#problems.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.#problems.push(`exception: ${error.message}`));
    return page;
  }

  /**
   * Nothing was wrong so far but what is `expected`, which from now on is forgotten. On a machine that
   * is busy with other things an answer may say that the daemon is, too.
   */
  assertNoProblems(expected: RegExp = /(?!)/): void {
    const problems = this.#problems.splice(0);
    assert.deepEqual(problems.filter((text) => !expected.test(text) && !/ 503 /.test(text)), []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
