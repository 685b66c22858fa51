import { type IpAddress, parseIp } from "../base/ip.ts";

/** Where the API listens. */
export interface Host {
  readonly address: IpAddress;
  /** 1–65535. */
  readonly port: number;
}

/** Reads `ADDR:PORT` for IPv4 and `[ADDR]:PORT` for IPv6; `undefined` for anything else. */
export function parseHost(text: string): Host | undefined {
  const [, v6, v4, portText] = /^(?:\[([^\]]+)\]|([0-9.]+)):([1-9][0-9]{0,4})$/.exec(text) ?? [];
  const address = parseIp(v6 ?? v4 ?? "");
  const port = Number(portText);
  if (address === undefined || port > 65535) return undefined;
  return address.family === (v6 === undefined ? 4 : 6) ? { address, port } : undefined;
}
