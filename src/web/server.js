// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/**
 * @typedef {import("../api/answer_schemas.ts").RouterDetail} RouterDetail
 * @typedef {import("../api/answer_schemas.ts").RunGlobal} RunGlobal
 * @typedef {import("../api/answer_schemas.ts").Identity} Identity
 */

/** Tells the server that a page asks, which has a form of its own for the password. */
export const HEADERS = { "x-rvrrpd-console": "1" };

/** A changed configuration is read whole before the server answers. */
const PATIENCE_MS = 35_000;

/** The server has answered, but not as was hoped. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @returns {Promise<Identity>} */
export function identity() {
  return ask("GET", "/auth");
}

/** @param {{ readonly user: string, readonly passwd: string }} credentials */
export async function signIn(credentials) {
  await ask("POST", "/auth", credentials);
}

export async function signOut() {
  await ask("POST", "/auth/logout");
}

/** @returns {Promise<RunGlobal>} */
export function daemon() {
  return ask("GET", "/run/global");
}

/**
 * @param {RouterDetail} router
 * @returns {Promise<RouterDetail>}
 */
export function reread(router) {
  return ask("GET", pathOf(router));
}

/**
 * @param {RouterDetail} router
 * @param {number} priority
 */
export async function setPriority(router, priority) {
  await ask("PUT", pathOf(router), { priority });
}

/**
 * @param {RouterDetail} router
 * @param {number} seconds
 */
export async function setAdvertInterval(router, seconds) {
  await ask("PUT", pathOf(router), { timers: { advert: seconds } });
}

/**
 * @param {RouterDetail} router
 * @param {string} state `master`, `backup` or `auto`
 */
export async function force(router, state) {
  await ask("POST", pathOf(router, "/force"), { state });
}

/**
 * @param {RouterDetail} router
 * @param {string} [rest]
 */
function pathOf({ group, vif, family }, rest = "") {
  return `/run/vrrp/${group}/${encodeURIComponent(vif)}${rest}?family=${family}`;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function ask(method, path, body) {
  const response = await reach(path, {
    method,
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(body === undefined ? { headers: HEADERS } : {
      headers: { ...HEADERS, "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  if (!response.ok) throw await refusal(response);
  return await response.json();
}

/**
 * What browsers say of a server that is not there is for nobody to read.
 *
 * @param {string} path
 * @param {RequestInit} options
 */
async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("The server does not answer");
  }
}

/** @param {Response} response */
export async function refusal(response) {
  const { error = `The server answers ${response.status}`, details = [] } = await response.json()
    .catch(() => ({}));
  const faults = details.map((/** @type {{ path: string, message: string }} */ detail) =>
    `${detail.path} ${detail.message}`.trim()
  );
  return new Refused(response.status, [error, ...faults].join("; "));
}
