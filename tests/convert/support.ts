import assert from "node:assert/strict";
import {
  type Conversion,
  convertKeepalived,
  type ConvertOptions,
} from "../../src/convert/convert.ts";
import type { Included } from "../../src/convert/expand.ts";
import { showPlace } from "../../src/convert/show.ts";

export const MAIN = "keepalived.conf";

/** Those programs that the files name without a path. */
const PROGRAMS = ["killall", "pidof"];

export interface TextOptions {
  readonly configId?: string;
  /** The texts of further files by their names; an include names one of them. */
  readonly files?: Readonly<Record<string, string>>;
}

export function optionsFor(text: string, { configId = "r1", files = {} }: TextOptions = {}) {
  return {
    source: { file: MAIN, text },
    configId,
    include: (pattern: string): Included => {
      const found = files[pattern];
      return found === undefined
        ? { files: [], problems: ["there is no such file"] }
        : { files: [{ file: pattern, text: found }], problems: [] };
    },
    findProgram: (name) => PROGRAMS.includes(name) ? `/usr/bin/${name}` : undefined,
  } satisfies ConvertOptions;
}

/** Converts what must have matching braces. */
export function convert(text: string, options: TextOptions = {}): Conversion {
  const converted = convertKeepalived(optionsFor(text, options));
  assert.ok(converted.ok, converted.ok ? "" : converted.error.text);
  return converted.value;
}

/** An instance with what it needs, and `lines` in it. */
export function instance(...lines: string[]): string {
  return [
    "vrrp_instance V {",
    "  interface eth0",
    "  virtual_router_id 7",
    ...lines,
    "  virtual_ipaddress {",
    "    10.9.0.100/24",
    "  }",
    "}",
  ].join("\n");
}

/** As lines such as `line 4: state MASTER: …`. */
export function warnings({ warnings }: Conversion): string[] {
  return warnings.map(({ place, text }) => `${showPlace(place, MAIN)}: ${text}`);
}
