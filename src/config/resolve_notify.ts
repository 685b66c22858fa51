import type { RawRouter } from "./schema_vrouter.ts";
import { toMs } from "./seconds.ts";
import type { Command, NotifyConfig } from "./types.ts";
import { commandWords } from "./words.ts";

/** The programs of a virtual router; nothing where it has none. */
export function resolveNotify(keys: RawRouter): { readonly notify?: NotifyConfig } {
  const commands = {
    ...some("onMaster", command(keys.notify_master)),
    ...some("onBackup", command(keys.notify_backup)),
    ...some("onFault", command(keys.notify_fault)),
    ...some("onStop", command(keys.notify_stop)),
    ...some("onChange", command(keys.notify)),
  };
  if (Object.keys(commands).length === 0) return {};
  return { notify: { ...commands, timeoutMs: toMs(keys.notify_timeout), appendsWords: true } };
}

function command(text: string | readonly string[] | undefined): Command | undefined {
  const [program, ...words] = text === undefined ? [] : commandWords(text);
  return program === undefined ? undefined : [program, ...words];
}

function some<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : { [key]: value } as { [P in K]?: V };
}
