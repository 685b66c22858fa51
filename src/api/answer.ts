import type { Refusal } from "./refusal.ts";

export const JSON_TYPE = "application/json";

const COMMON: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

export interface AnswerOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function jsonAnswer(value: unknown, options: AnswerOptions = {}): Response {
  return textAnswer(JSON.stringify(value), JSON_TYPE, options);
}

export function textAnswer(text: string, type: string, options: AnswerOptions = {}): Response {
  const headers = { ...COMMON, "content-type": type, ...options.headers };
  return new Response(text, { status: options.status ?? 200, headers });
}

/** A refusal as JSON; one for who has not signed in says nothing at all. */
export function refusalAnswer({ status, message, details, headers }: Refusal): Response {
  if (status === 401) return new Response(null, { status, headers: { ...COMMON, ...headers } });
  return jsonAnswer({ error: message, details }, { status, headers });
}
