import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { ADMIN_LINE, OPS_LINE } from "../api/fixtures.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { World } from "../support/world.ts";
import { ConsoleBrowser } from "./browser.ts";
import { ConsolePage } from "./console_page.ts";

const WIDE = { width: 1280, height: 680 } as const;
const NARROW = { width: 360, height: 740 } as const;
/** Google's own bound of what nobody notices is 0.1. */
const MOST_LAYOUT_SHIFT = 0.05;

/** Group 1 falls to r2 when it gives way; 7 stays where it is, and 20 has no interface. */
const ROUTERS = [
  { group: 1, vip: ["10.9.0.100", "10.9.0.101"], vmac: false, preemption: true },
  { group: 7, vip: "10.9.0.107", vmac: false, priority: 150 },
];

/** A browser that has been closed removes its files in its own time. */
function consoleTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** Group 7 in both families, with addresses of IPv6 as long as they get. */
const FAMILIES = [
  { group: 7, version: 3, vmac: false, vip: "10.9.0.107", timers: { advert: 0.5 } },
  {
    group: 7,
    version: 3,
    vmac: false,
    vip: ["fe80::5054:ff:fe12:3456", "2001:db8:1111:2222:3333:4444:5555:6666"],
    timers: { advert: 0.5 },
  },
];

interface ConsoleOptions {
  readonly routers?: readonly TomlTable[];
  /** A session outlives the daemon where the next one has the same. */
  readonly secret?: string;
}

function startWithConsole(world: World, options: ConsoleOptions = {}): Promise<Rvrrpd> {
  const {
    routers = [
      ...ROUTERS.map((router) => ({ priority: 110, ...router, timers: { advert: 1 } })),
      { group: 20, interface: "eth9", vip: "10.9.9.20", vmac: false, timers: { advert: 1 } },
    ],
    secret = "no secret at all",
  } = options;
  return Rvrrpd.start({
    world,
    machine: "r1",
    routers,
    general: {
      api: {
        users: [ADMIN_LINE, OPS_LINE],
        host: "127.0.0.1:7080",
        write: true,
        secret,
      },
    },
  });
}

/** Presses Tab until this has the focus. */
async function tabTo({ page }: ConsolePage, wanted: Locator): Promise<void> {
  const reached = page.locator(":focus-visible").and(wanted);
  for (let presses = 0; presses < 20 && await reached.count() === 0; presses++) {
    await page.keyboard.press("Tab");
  }
  await reached.waitFor();
}

function startOther(world: World, priority: number): Promise<Rvrrpd> {
  return Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTERS[0], priority, timers: { advert: 1 } }],
  });
}

async function openConsole(
  world: World,
  size: typeof WIDE | typeof NARROW,
  options: ConsoleOptions = {},
) {
  const [daemon, browser] = await Promise.all([
    startWithConsole(world, options),
    ConsoleBrowser.start({ world, machine: "r1" }),
  ]);
  await daemon.process.waitForLine(/The client API listens on/);
  const view = new ConsolePage(await browser.page(size));
  await view.open();
  return { daemon, browser, view };
}

consoleTest("the console shows a take-over as it happens, and changes things", async () => {
  await using world = await World.create();
  const { browser, view } = await openConsole(world, WIDE);
  await view.signIn("admin", "apple");
  await view.page.getByText("The user or the password is wrong.").waitFor();
  await view.keepPicture("sign_in");
  browser.assertNoProblems(/401/);
  await view.signIn("admin");
  await view.waitForState(1, "Master");
  await view.page.getByText("2 Master, 1 Fault").waitFor();

  // A stronger neighbour takes the addresses over.
  const other = await startOther(world, 200);
  await view.waitForState(1, "Backup");
  const row = view.router(1);
  await row.getByRole("cell", { name: "10.9.0.2", exact: true }).waitFor();
  await view.page.locator("#announcer", { hasText: "Group 1 on eth0: Master to Backup." })
    .waitFor();
  await row.getByRole("button").click();
  await row.getByText("Master → Backup").waitFor();

  await view.button("Change priority…").click();
  await view.page.getByLabel("New priority").fill("240");
  await view.button("Change priority").click();
  await view.waitForState(1, "Master");
  await row.getByRole("cell", { name: "240", exact: true }).waitFor();
  await view.keepPicture("light");

  await view.button("Force state…").click();
  const dialog = view.page.getByRole("dialog", { name: "Force a state" });
  await dialog.getByText("Group 1 on eth0 (10.9.0.100), now Master with priority 240").waitFor();
  await dialog.getByLabel("Backup").check();
  await view.keepPicture("dialog");
  await view.button("Force Backup").click();
  await view.waitForState(1, "Backup");
  await row.getByText("forced", { exact: true }).waitFor();
  await row.getByRole("cell", { name: "10.9.0.2", exact: true }).waitFor();
  await other.waitFor("Master");
  await view.page.emulateMedia({ colorScheme: "dark" });
  await view.keepPicture("dark");

  assert.ok(await view.layoutShift() < MOST_LAYOUT_SHIFT);
  await view.button("Sign out").click();
  await view.button("Sign in").waitFor();
  await view.page.reload();
  await view.button("Sign in").waitFor();
  browser.assertNoProblems();
});

consoleTest("the console tells when it is not connected, and comes back by itself", async () => {
  await using world = await World.create();
  const { daemon, browser, view } = await openConsole(world, WIDE);
  await view.signIn("ops");
  await view.waitForState(7, "Master");
  await view.waitForStatus("Connected: changes appear");
  // Who may only read finds nothing to press.
  await view.router(7).getByRole("button").click();
  await view.router(7).getByText("Became Master").waitFor();
  assert.equal(await view.button("Force state…").count(), 0);
  browser.assertNoProblems();

  await daemon.stop();
  await view.waitForStatus("Not connected since");
  await view.keepPicture("lost");
  const next = await startWithConsole(world);
  await view.waitForStatus("Connected: changes appear");
  await view.waitForState(7, "Master");
  await next.stop();
  await startWithConsole(world, { secret: "another one" });
  await view.waitForStatus("The session has ended: sign in again.");
  await view.button("Sign in").waitFor();
  browser.assertNoProblems(
    / 401 |ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET/,
  );
});

consoleTest("the console needs neither a mouse nor more than 360 pixels", async () => {
  await using world = await World.create();
  const { browser, view } = await openConsole(world, NARROW);
  const { keyboard } = view.page;
  const focused = view.page.locator(":focus-visible");
  // The page begins where people type their name.
  await focused.and(view.page.getByLabel("User")).waitFor();
  await keyboard.type("admin");
  await keyboard.press("Tab");
  await keyboard.type("banana");
  await keyboard.press("Enter");
  await view.waitForState(1, "Master");
  const toggle = view.router(1).getByRole("button");
  await tabTo(view, toggle);
  await keyboard.press("Enter");
  await view.button("Force state…").waitFor();
  assert.ok(await view.overhang() <= 0);
  await view.keepPicture("narrow");

  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  const dialog = view.page.getByRole("dialog", { name: "Force a state" });
  await dialog.waitFor();
  assert.ok(await view.overhang() <= 0);
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  // Back where it was.
  await focused.and(view.button("Force state…")).waitFor();
  await keyboard.press("Enter");
  await dialog.waitFor();
  await focused.and(dialog.getByLabel("Master")).waitFor();
  await keyboard.press("Space");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await view.waitForState(1, "Backup");
  browser.assertNoProblems();
});

consoleTest("the console tells two families apart, and takes intervals of hundredths", async () => {
  await using world = await World.create({ ipv6: true });
  const { browser, view } = await openConsole(world, NARROW, { routers: FAMILIES });
  const { page } = view;
  await view.signIn("admin");
  await page.getByText("2 Master").waitFor();
  const toggle = view.button("Group 7 on eth0 (IPv6), details");
  await toggle.click();
  await page.getByText("2001:db8:1111:2222:3333:4444:5555:6666").waitFor();
  await page.getByText("VRRPv3, IPv6").waitFor();
  assert.ok(await view.overhang() <= 0);
  await view.keepPicture("ipv6");

  await view.button("Change interval…").click();
  const dialog = page.getByRole("dialog", { name: "Change the interval" });
  await dialog.getByText("Group 7 on eth0 (IPv6) (fe80::5054:ff:fe12:3456)").waitFor();
  const interval = dialog.getByLabel("Seconds between advertisements");
  assert.equal(await interval.inputValue(), "0.5");
  const refused = dialog.locator("input:invalid");
  for (const wrong of ["0.015", "0", "40.96", ""]) {
    await interval.fill(wrong);
    await view.button("Change interval").click();
    assert.equal(await refused.count(), 1, wrong);
  }
  assert.ok(await view.overhang() <= 0);
  await interval.fill("0.07");
  await view.button("Change interval").click();
  await dialog.waitFor({ state: "hidden" });
  const details = page.locator("tbody").filter({ has: toggle });
  await details.getByText("0.07 s, Master down after").waitFor();

  // The other family has kept its own.
  await toggle.click();
  await view.button("Group 7 on eth0, details").click();
  await page.getByText("0.5 s, Master down after").waitFor();
  browser.assertNoProblems();
});
