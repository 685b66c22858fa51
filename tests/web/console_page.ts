import type { Locator, Page } from "playwright-core";
import { fileURLToPath } from "node:url";

export const URL_OF_CONSOLE = "http://127.0.0.1:7080/";
const ARTEFACTS = fileURLToPath(new URL("artefacts/", import.meta.url));

/** The console as somebody sees it who looks at the page. */
export class ConsolePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto(URL_OF_CONSOLE);
  }

  async signIn(user: string, password = "banana"): Promise<void> {
    await this.page.getByLabel("User").fill(user);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  /** Both rows of a virtual router. */
  router(group: number): Locator {
    const toggle = this.page.getByRole("button", { name: `Group ${group} on eth0` });
    return this.page.locator("tbody").filter({ has: toggle });
  }

  /** Waits until the table shows a virtual router like this. */
  async waitForState(group: number, state: string): Promise<void> {
    await this.router(group).locator(".badge", { hasText: state }).waitFor();
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  get status(): Locator {
    return this.page.getByRole("status");
  }

  /** Small and capital letters are the same here. */
  async waitForStatus(text: string): Promise<void> {
    await this.status.filter({ hasText: text }).waitFor();
  }

  /** Keeps a picture for people, named so. */
  async keepPicture(name: string): Promise<void> {
    await Deno.mkdir(ARTEFACTS, { recursive: true });
    // What has changed shines for a while.
    await this.page.screenshot({ path: `${ARTEFACTS}${name}.png`, animations: "disabled" });
  }

  /** How much has moved by itself since the page was opened, as browsers count it. */
  layoutShift(): Promise<number> {
    return this.page.evaluate<number>(LAYOUT_SHIFT);
  }

  /** By how many pixels the page is wider than its window. */
  overhang(): Promise<number> {
    return this.page.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
  }
}

const LAYOUT_SHIFT = `new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const shifts = list.getEntries().filter((entry) => !entry.hadRecentInput);
    resolve(shifts.reduce((sum, entry) => sum + entry.value, 0));
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(0), 500);
})`;
