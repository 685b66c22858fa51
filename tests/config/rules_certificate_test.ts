import assert from "node:assert/strict";
import type { Fault } from "../../src/config/fault.ts";
import { lines, loadValue, ROUTER } from "./support.ts";

const KEY = "-----BEGIN PRIVATE KEY-----\nbanana\n-----END PRIVATE KEY-----\n";
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nbanana\n-----END CERTIFICATE-----\n";
const USER = `{{SHA256}}admin:0::${"0f".repeat(32)}`;

function warnings(api: object, files: Readonly<Record<string, string>>): readonly Fault[] {
  const readTextFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error(`No such file (os error 2): read '${path}'`);
    return text;
  };
  const loaded = loadValue({ vrouter: [ROUTER], api: { users: [USER], ...api } }, readTextFile);
  assert.deepEqual(loaded.faults, []);
  return loaded.warnings;
}

const FILES = { tls_key: "/key.pem", tls_cert: "/cert.pem" };

Deno.test("checkCertificate() takes a key and a certificate, and looks for none without TLS", () => {
  const files = { "/key.pem": KEY, "/cert.pem": CERTIFICATE };
  assert.deepEqual(warnings({ tls: true, ...FILES }, files), []);
  const old = KEY.replaceAll("PRIVATE", "EC PRIVATE");
  assert.deepEqual(warnings({ tls: true, ...FILES }, { ...files, "/key.pem": old }), []);
  assert.deepEqual(warnings(FILES, {}), []);
});

Deno.test("checkCertificate() names what cannot be read or holds something else, and nothing of it", () => {
  const found = lines(warnings({ tls: true, ...FILES }, { "/cert.pem": KEY }));
  assert.equal(found.length, 2);
  assert.match(found[0] ?? "", /api\.tls_key: cannot read "\/key\.pem": No such file, so that/);
  assert.match(found[1] ?? "", /api\.tls_cert: "\/cert\.pem" does not hold a certificate/);
  assert.ok(!found.join().includes("banana"));
});

Deno.test("checkCertificate() looks where the files are by default", () => {
  const found = lines(warnings({ tls: true }, {}));
  assert.match(found.join("\n"), /etc\/rvrrpd\/ssl\/key\.pem[^]*etc\/rvrrpd\/ssl\/cert\.pem/);
});
