import { formatIp, formatPrefix } from "../../base/ip.ts";
import { formatMac } from "../../base/mac.ts";
import {
  type Fields,
  readFamily,
  readFields,
  readGroup,
  readIfindex,
  readLinkName,
  readNumber,
  readOwnMac,
  readPrefix,
  readRoute,
  readSettingName,
  readSettingValue,
  readTableName,
  readVirtualMac,
} from "./fields.ts";
import type { Claim, Note } from "./notes.ts";

/** Plain values for JSON. */
export function noteFields(note: Note): Fields {
  switch (note.note) {
    case "address":
      return { ...note, prefix: formatPrefix(note.prefix) };
    case "mac":
      return {
        ...note,
        before: formatMac(note.before),
        ours: formatMac(note.ours),
      };
    case "setting":
      return { ...note, mac: formatMac(note.mac) };
    case "route": {
      const { route: { destination, nextHop, ifindex, metric }, marked } = note;
      const fields = {
        destination: formatPrefix(destination),
        nextHop: formatIp(nextHop),
      };
      return {
        note: "route",
        ...fields,
        marked,
        ...(ifindex === undefined ? {} : { ifindex }),
        ...(metric === undefined ? {} : { metric }),
      };
    }
    case "links":
    case "table":
      return { ...note };
  }
}

/** `undefined` for anything that {@linkcode noteFields} cannot have made. */
export function readNote(fields: Fields): Note | undefined {
  switch (fields.note) {
    case "address":
      return readAddressNote(fields);
    case "mac":
      return readMacNote(fields);
    case "setting":
      return readSettingNote(fields);
    case "route": {
      const route = readRoute(fields);
      const marked = readBoolean(fields.marked);
      return route && marked !== undefined ? { note: "route", route, marked } : undefined;
    }
    case "links": {
      const group = readGroup(fields.group);
      return group === undefined ? undefined : { note: "links", group };
    }
    case "table": {
      const name = readTableName(fields.name);
      return name === undefined ? undefined : { note: "table", name };
    }
    default:
      return undefined;
  }
}

function readAddressNote(fields: Fields): Note | undefined {
  const link = readLink(fields);
  const prefix = readPrefix(fields.prefix);
  const marked = readBoolean(fields.marked);
  if (link === undefined || prefix === undefined || marked === undefined) {
    return undefined;
  }
  return { note: "address", ...link, prefix, marked };
}

function readMacNote(fields: Fields): Note | undefined {
  const link = readLink(fields);
  const before = readOwnMac(fields.before);
  const ours = readVirtualMac(fields.ours);
  if (link === undefined || before === undefined || ours === undefined) {
    return undefined;
  }
  return { note: "mac", ...link, before, ours };
}

function readSettingNote(fields: Fields): Note | undefined {
  const link = readLink(fields);
  const mac = readOwnMac(fields.mac) ?? readVirtualMac(fields.mac);
  const setting = readSettingName(fields.setting);
  if (link === undefined || mac === undefined || setting === undefined) {
    return undefined;
  }
  const before = readSettingValue(fields.before);
  const ours = readSettingValue(fields.ours);
  if (before === undefined || ours === undefined) return undefined;
  return { note: "setting", ...link, mac, setting, before, ours };
}

function readLink(
  fields: Fields,
): { ifindex: number; name: string } | undefined {
  const ifindex = readIfindex(fields.ifindex);
  const name = readLinkName(fields.name);
  return ifindex === undefined || name === undefined ? undefined : { ifindex, name };
}

function readBoolean(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

export function readClaim(value: unknown): Claim | undefined {
  const fields = readFields(value);
  const macOf = readLinkName(fields?.macOf);
  if (macOf !== undefined) return { macOf };
  const name = readLinkName(fields?.interface);
  const vrid = readNumber(fields?.vrid, { least: 1, most: 255 });
  const family = readFamily(fields?.family);
  if (name === undefined || vrid === undefined || family === undefined) {
    return undefined;
  }
  return { interface: name, vrid, family };
}
