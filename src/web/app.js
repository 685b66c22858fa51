// @ts-check
/// <reference lib="dom" />

import { changeDialogs } from "./actions.js";
import { byId, setText } from "./dom.js";
import { daemon, identity, Refused, signIn, signOut } from "./server.js";
import { Session } from "./session.js";
import { StatusLine } from "./status_line.js";
import { momentText } from "./words.js";

const RETRY_MS = 2_000;

const user = byId("sign-in-user", HTMLInputElement);
const password = byId("sign-in-password", HTMLInputElement);
const signInButton = byId("sign-in-button", HTMLButtonElement);
const problem = byId("sign-in-problem", HTMLParagraphElement);
const about = byId("about", HTMLParagraphElement);
const status = new StatusLine();

/** @type {Session | undefined} */
let session;
const dialogs = changeDialogs((router) => session?.refresh(router));

byId("sign-in-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});
byId("sign-out", HTMLButtonElement).addEventListener("click", () => leave());
addEventListener("online", () => session?.hurry());
document.addEventListener("visibilitychange", () => session?.hurry());

begin();

/** Goes on with the session that the browser still has, if the server still knows it. */
async function begin() {
  try {
    const who = await identity();
    if (who.user === null) askForPassword("");
    else open(who.user, who.may_write);
  } catch {
    status.lost();
    setTimeout(begin, RETRY_MS);
  }
}

async function enter() {
  signInButton.disabled = true;
  setText(problem, "");
  try {
    await signIn({ user: user.value, passwd: password.value });
    password.value = "";
    await begin();
  } catch (error) {
    setText(problem, whySignInFailed(error));
    password.select();
  } finally {
    signInButton.disabled = false;
  }
}

/** @param {unknown} error */
function whySignInFailed(error) {
  if (error instanceof Refused && error.status === 401) return "The user or the password is wrong.";
  return error instanceof Error ? `${error.message}.` : String(error);
}

async function leave() {
  try {
    await signOut();
    askForPassword("");
  } catch (error) {
    if (error instanceof Refused && error.status === 401) askForPassword("");
    else status.lost();
  }
}

/**
 * @param {string} name
 * @param {boolean} mayWrite
 */
function open(name, mayWrite) {
  show("board");
  setText(byId("user", HTMLSpanElement), mayWrite ? name : `${name} (may read)`);
  session = new Session({
    actions: mayWrite ? dialogs : undefined,
    status,
    onConnected: describeDaemon,
    onSignedOut: () => askForPassword("The session has ended: sign in again."),
  });
}

/** @param {string} note */
function askForPassword(note) {
  dialogs.close();
  session?.close();
  session = undefined;
  setText(about, "");
  show("sign-in");
  status.calm(note === "" ? "Not signed in." : note, "idle");
  (user.value === "" ? user : password).focus();
}

/** @param {"board" | "sign-in"} main */
function show(main) {
  byId("board", HTMLElement).hidden = main !== "board";
  byId("sign-in", HTMLElement).hidden = main !== "sign-in";
  byId("account", HTMLElement).hidden = main !== "board";
}

async function describeDaemon() {
  try {
    const { version, started, pid } = await daemon();
    setText(about, `${version}, process ${pid} since ${momentText(Date.parse(started))}`);
  } catch {
    // The status line tells whether anything is wrong.
  }
}
