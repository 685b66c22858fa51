import { err, ok, type Result } from "../../base/result.ts";
import type { Fault } from "../../config/fault.ts";
import { loadConfig } from "../../config/load.ts";
import type { ProgramInspector } from "../../config/programs.ts";
import type { DaemonConfig, VirtualRouterConfig } from "../../config/types.ts";
import { splitWords } from "../../config/words.ts";
import { type ClassicAuth, MAX_KEY_BYTES, parseAuth } from "./auth_option.ts";
import type { ClassicOptions } from "./options.ts";

export interface ClassicConfig {
  /** Has the one virtual router, too. */
  readonly config: DaemonConfig;
  readonly router: VirtualRouterConfig;
  readonly warnings: readonly string[];
}

/** What is wrong with the options, a line each. */
export interface ClassicFaults {
  readonly lines: readonly string[];
  /** Whether all that is wrong is that no virtual router can be on an interface of that name. */
  readonly ofInterface: boolean;
}

const INTERFACE_KEY = "vrouter[0].interface";

/** What the keys of a configuration are on the command line; a hint where the file's misleads. */
const OPTIONS: Readonly<Record<string, { readonly name: string; readonly hint?: string }>> = {
  "interface": { name: "-i" },
  "group": { name: "-v" },
  "vip": { name: "IPADDR", hint: "IPv4 addresses such as 10.0.0.1 or 10.0.0.1/24" },
  "priority": { name: "-p" },
  "timers.advert": { name: "-d", hint: "whole seconds, 1 to 255" },
  "notify_master": { name: "-m" },
  "notify_backup": { name: "-b" },
  "pid": { name: "-f" },
};

/** The machine that the options are for. */
export interface Machine {
  /** Where relative paths begin. */
  readonly directory: string;
  /** Without it no program is looked at. */
  readonly programs?: ProgramInspector;
}

/** The configuration that the options stand for, by the rules of a configuration file. */
export function classicConfig(
  options: ClassicOptions,
  { directory, programs }: Machine,
): Result<ClassicConfig, ClassicFaults> {
  const auth = parseAuth(options.auth ?? "none");
  const keys = fileKeys(options, { authType: auth.ok ? auth.value.type : "none", directory });
  const text = JSON.stringify(keys);
  const { config, faults, warnings } = loadConfig({
    text,
    fileName: "",
    format: "json",
    programs,
  });
  const [router] = config?.routers ?? [];
  if (!auth.ok || config === undefined || router === undefined) {
    const lines = [...faults.map(lineOf), ...auth.ok ? [] : [`-a ${auth.error}`]];
    const isOfInterface = ({ path }: Fault) => path === INTERFACE_KEY;
    const ofInterface = auth.ok && options.interface !== undefined && faults.every(isOfInterface);
    return err({ lines, ofInterface });
  }
  const complete = withKey(withScripts(router), auth.value);
  return ok({
    config: { ...config, routers: [complete] },
    router: complete,
    warnings: warnings.filter((fault) => optionOf(fault) !== undefined).map(lineOf),
  });
}

/** What a configuration file would hold in place of the options, but for the key of `-a`. */
function fileKeys(
  options: ClassicOptions,
  { authType, directory }: {
    readonly authType: ClassicAuth["type"];
    readonly directory: string;
  },
): unknown {
  const { interface: name, group, priority, delay, addresses } = options;
  return {
    pid: pidFile(options, directory),
    control_socket: "",
    vrouter: [{
      interface: name,
      group: number(group),
      vip: addresses.length === 0 ? undefined : addresses,
      priority: number(priority),
      timers: { advert: number(delay) },
      auth_type: authType,
      preemption: options.preemption,
      vmac: options.virtualMac,
      notify_master: command(options.onMaster, directory),
      notify_backup: command(options.onBackup, directory),
    }],
  };
}

function pidFile({ interface: name, group, pidDirectory }: ClassicOptions, directory: string) {
  // Without a name it would be the root directory, of all.
  if (pidDirectory === "") return "";
  return fromHere(`${pidDirectory.replace(/\/+$/, "")}/vrrpd_${name}_${group}.pid`, directory);
}

/** What is no number stays as it is, for the schema to say so. */
function number(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Programs were never looked for in PATH. */
function command(text: string | undefined, directory: string): string[] | string | undefined {
  const words = text === undefined ? undefined : splitWords(text);
  if (words === undefined || !words.ok) return text;
  const [program, ...rest] = words.value;
  return program ? [fromHere(program, directory), ...rest] : text;
}

function fromHere(path: string, directory: string): string {
  return path.startsWith("/") ? path : `${directory}/${path}`;
}

function optionOf({ path }: Fault): { readonly name: string; readonly hint?: string } | undefined {
  return OPTIONS[path.replace(/^vrouter\[0\]\./, "").replace(/\[.*/, "")];
}

function lineOf(fault: Fault): string {
  const { name = fault.path, hint = fault.hint } = optionOf(fault) ?? {};
  return `${name} ${fault.problem} (${hint})`;
}

/**
 * As ever, the programs get no words beyond their own, and `-b` is for one that was Master: run at
 * every start, scripts that push each other into Backup would undo what runs already.
 */
function withScripts(router: VirtualRouterConfig): VirtualRouterConfig {
  const { notify } = router;
  if (notify === undefined) return router;
  const { onBackup, ...rest } = notify;
  const onMasterEnd = onBackup === undefined ? {} : { onMasterEnd: onBackup };
  return { ...router, notify: { ...rest, ...onMasterEnd, appendsWords: false } };
}

/** The bytes of a key need not be a text, so they cannot go the way of a file's secret. */
function withKey(router: VirtualRouterConfig, auth: ClassicAuth): VirtualRouterConfig {
  if (auth.type === "none") return router;
  return { ...router, protocol: { ...router.protocol, auth: authConfig(auth) } };
}

function authConfig({ type, key }: Exclude<ClassicAuth, { readonly type: "none" }>) {
  if (type === "rfc2338-ah") return { type, key } as const;
  const data = new Uint8Array(MAX_KEY_BYTES);
  data.set(key);
  return { type, data } as const;
}
