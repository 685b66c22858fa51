import { FormatRegistry } from "@sinclair/typebox";
import { IPV4_SIZE, parseIp, parsePrefix } from "../base/ip.ts";
import { hmacKeyProblem } from "./hmac_key.ts";
import { parseHost } from "./host.ts";
import { parseUserLine } from "./user_line.ts";
import { splitWords } from "./words.ts";

/** A form that a text can have, beyond its length. */
interface TextFormat {
  /** What is wrong, to stand after the text itself; `undefined` where nothing is. */
  readonly problem: (text: string) => string | undefined;
  /** What is allowed. */
  readonly hint: string;
}

/** The kernel's IFNAMSIZ without the closing zero (linux/if.h). */
const INTERFACE_NAME_BYTES = 15;

const FORMATS: Readonly<Record<string, TextFormat>> = {
  "ip-address": {
    problem: (text) => parseIp(text) === undefined ? "is not an IP address" : undefined,
    hint: "such as 10.0.0.1 or fe80::1, without leading zeros",
  },
  "ip-address-or-prefix": {
    problem: (text) => parsePrefix(text) === undefined ? "is not an IP address" : undefined,
    hint: "such as 10.0.0.1 or 10.0.0.1/24, without leading zeros",
  },
  "ipv4-mask": { problem: maskProblem, hint: "such as 255.255.255.0" },
  "interface-name": {
    problem: interfaceNameProblem,
    hint: `1 to ${INTERFACE_NAME_BYTES} bytes without blanks, "/", ":" or "%"`,
  },
  "ethernet-interface": {
    problem: (text) => interfaceNameProblem(text) ?? notEthernet(text),
    hint: `the name of an Ethernet interface, 1 to ${INTERFACE_NAME_BYTES} bytes`,
  },
  "path": {
    problem: (text) => text === "" || text.includes("\0") ? "is not a path" : undefined,
    hint: "the path of a file or folder",
  },
  "path-or-off": {
    problem: (text) => text.includes("\0") ? "is not a path" : undefined,
    hint: 'the path of a file, or "" to turn it off',
  },
  "name": {
    problem: (text) => /^[\w.@-]{1,64}$/.test(text) ? undefined : "is not a name",
    hint: "1 to 64 letters, digits and . _ @ -",
  },
  "command": {
    problem: commandProblem,
    hint: 'a program and its arguments, as in "/usr/local/bin/moved now"; no shell reads it',
  },
  "host": {
    problem: (text) => parseHost(text) === undefined ? "is not an address and a port" : undefined,
    hint: "such as 127.0.0.1:7080 or [::1]:7080",
  },
  "user-line": {
    problem: (text) => {
      const line = parseUserLine(text);
      return line.ok ? undefined : line.error;
    },
    hint: "a line made by rvrrpd-pw",
  },
  "hmac-key": { problem: hmacKeyProblem, hint: 'a text of 32 to 64 bytes, or "hex:" and digits' },
};

for (const [name, format] of Object.entries(FORMATS)) {
  FormatRegistry.Set(name, (text) => format.problem(text) === undefined);
}

/** What is wrong with `text` as a `format`, and what is allowed. */
export function describeFormat(format: string, text: string): { problem: string; hint: string } {
  const known = FORMATS[format];
  return { problem: known?.problem(text) ?? "is not allowed", hint: known?.hint ?? format };
}

function maskProblem(text: string): string | undefined {
  return parseIp(text)?.bytes.length === IPV4_SIZE ? undefined : "is not an IPv4 mask";
}

/** The kernel's own rules (dev_valid_name in net/core/dev.c), and "%", which it would expand. */
function interfaceNameProblem(text: string): string | undefined {
  if (text === "" || text === "." || text === ".." || /[\s\0/:%]/.test(text)) {
    return "is not an interface name";
  }
  const size = new TextEncoder().encode(text).length;
  return size > INTERFACE_NAME_BYTES ? `is ${size} bytes long` : undefined;
}

function notEthernet(text: string): string | undefined {
  return /^(lo|ppp.*)$/.test(text) ? "is not an Ethernet interface" : undefined;
}

function commandProblem(text: string): string | undefined {
  if (text.includes("\0")) return "is not a command";
  const words = splitWords(text);
  if (!words.ok) return words.error;
  return words.value[0] === undefined || words.value[0] === "" ? "names no program" : undefined;
}
