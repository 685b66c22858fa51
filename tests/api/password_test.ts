import assert from "node:assert/strict";
import { isPasswordOf, makeUserLine } from "../../src/api/password.ts";
import { parseUserLine, type UserLine } from "../../src/config/user_line.ts";
import { run } from "../support/command.ts";

/** Python's hashlib knows nothing of ours: it makes lines, and it checks lines. */
const PYTHON = `
import base64, hashlib, json, struct, sys

def text(data):
    return base64.b64encode(data).decode()

def scrypt(form, log2n, r, p, password, salt):
    key = hashlib.scrypt(password.encode(), salt=salt, n=1 << log2n, r=r, p=p, maxmem=1 << 30, dklen=32)
    costs = bytes([log2n, r, p]) if form == 0 else struct.pack("<BII", log2n, r, p)
    return "$rscrypt$%d$%s$%s$%s$" % (form, text(costs), text(salt), text(key))

def make(password):
    salt = "1eb7ac761a1201f9"
    return [
        "{{SHA256}}admin:0:%s:%s" % (salt, hashlib.sha256((password + salt).encode()).hexdigest()),
        "{{SHA256}}admin:0::%s" % hashlib.sha256(password.encode()).hexdigest(),
        "{{SCRYPT}}admin:0::" + scrypt(0, 4, 8, 1, password, b"salt of 16 bytes"),
        "{{SCRYPT}}admin:1::" + scrypt(0, 15, 8, 1, password, b"0123456789abcdef"),
        "{{SCRYPT}}admin:1::" + scrypt(1, 5, 3, 4, password, b""),
    ]

def check(line, password):
    kind, rest = line[2:].split("}}")
    name, level, salt, value = rest.split(":")
    if kind == "SHA256":
        return hashlib.sha256((password + salt).encode()).hexdigest() == value
    _, _, form, costs, salt, key, _ = value.split("$")
    log2n, r, p = base64.b64decode(costs)
    return value == scrypt(int(form), log2n, r, p, password, base64.b64decode(salt))

asked = json.load(sys.stdin)
print(json.dumps([make(one) for one in asked["make"]] if "make" in asked else
                 [check(*one) for one in asked["check"]]))
`;

async function python(asked: object): Promise<unknown> {
  return JSON.parse(await run(["python3", "-c", PYTHON], { stdin: JSON.stringify(asked) }));
}

function parsed(line: string): UserLine {
  const user = parseUserLine(line);
  assert.ok(user.ok, line);
  return user.value;
}

const PASSWORDS = ["banana", "with blanks & signs=", "ünï-😀", "x".repeat(200)];

Deno.test("isPasswordOf() takes the lines of an independent implementation and no other password", async () => {
  const lines = await python({ make: PASSWORDS }) as string[][];
  for (const [index, password] of PASSWORDS.entries()) {
    for (const line of lines[index] ?? []) {
      const user = parsed(line);
      assert.equal(await isPasswordOf(user, password), true, line);
      assert.equal(await isPasswordOf(user, `${password} `), false, line);
      assert.equal(await isPasswordOf(user, ""), false, line);
    }
  }
});

Deno.test("makeUserLine() makes lines that an independent implementation takes", async () => {
  const made = await Promise.all(
    PASSWORDS.flatMap((password) =>
      (["SHA256", "SCRYPT"] as const).map(async (algorithm) => {
        const line = await makeUserLine({ name: "admin", level: 0, password, algorithm });
        return { line, password };
      })
    ),
  );
  const right = made.map(({ line, password }) => [line, password]);
  const wrong = made.map(({ line, password }) => [line, `${password}!`]);
  assert.deepEqual(await python({ check: right }), right.map(() => true));
  assert.deepEqual(await python({ check: wrong }), wrong.map(() => false));
});

Deno.test("makeUserLine() makes a line that can be read, with a salt of its own each time", async () => {
  for (const algorithm of ["SHA256", "SCRYPT"] as const) {
    const asked = { name: "ops7", level: 1, password: "banana", algorithm };
    const [one, other] = [await makeUserLine(asked), await makeUserLine(asked)];
    assert.notEqual(one, other);
    const { name, level, algorithm: read } = parsed(one);
    assert.deepEqual({ name, level, read }, { name: "ops7", level: 1, read: algorithm });
  }
});

Deno.test("isPasswordOf() takes the line of rVRRPd's manual", async () => {
  const hash = "3df024b5dc20a168d6a3fe406c65ec286e71c61c9c738e079ddd6dae255ee695";
  const user = parsed(`{{SHA256}}admin:0:1eb7ac761a1201f9:${hash}`);
  assert.equal(await isPasswordOf(user, "banana"), true);
  assert.equal(await isPasswordOf(user, "Banana"), false);
});
