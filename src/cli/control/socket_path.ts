import { configFormat } from "../../config/load.ts";
import { parseJson } from "../../config/parse_json.ts";
import { parseToml } from "../../config/parse_toml.ts";
import { GeneralSchema } from "../../config/schema.ts";
import { findDefaultFile } from "../config_file.ts";
import { EXIT, ExitError } from "../exit.ts";
import { readText } from "../read_text.ts";
import type { ControlOptions } from "./options.ts";

const DEFAULT_PATH: string = GeneralSchema.properties.control_socket.default;

/**
 * Where the daemon's control socket is. The configuration need not be right: the daemon runs with what
 * it was before somebody began to change it. Throws {@linkcode ExitError}.
 */
export function findControlSocket(options: ControlOptions): string {
  if (options.socket !== undefined) return options.socket;
  const fileName = options.configFile ?? findDefaultFile();
  if (fileName === undefined) return DEFAULT_PATH;
  const path = controlSocketOf({
    text: readText(fileName),
    fileName,
    option: options.configFormat,
  });
  if (path !== "") return path;
  throw new ExitError(EXIT.noDaemon, `${fileName} turns the control socket off (control_socket)`);
}

/** What a configuration says of it, or the default. */
export function controlSocketOf(source: Parameters<typeof configFormat>[0]): string {
  const parse = configFormat(source) === "json" ? parseJson : parseToml;
  const document = parse(source.text);
  const value: unknown = document.ok ? document.value.value : undefined;
  if (typeof value !== "object" || value === null) return DEFAULT_PATH;
  const { control_socket: path } = value as { readonly control_socket?: unknown };
  return typeof path === "string" ? path : DEFAULT_PATH;
}
