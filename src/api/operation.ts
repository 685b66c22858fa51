import type { TSchema } from "@sinclair/typebox";
import type { BodyBudget } from "./body_budget.ts";
import type { BodySpec } from "./body_spec.ts";
import type { EnginePort } from "./engine_port.ts";
import type { RejectWatch } from "./reject_watch.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { ApiSettings } from "./settings.ts";
import type { SignIn } from "./sign_in.ts";
import type { Streams, WhenGone } from "./streams.ts";
import type { User } from "./users.ts";

/** Who may call an operation; `metrics` is as configured, `local` is over the control socket only. */
export type Access = "open" | "user" | "metrics" | "write" | "local";

/** One who has proved who it is. */
export interface Caller {
  readonly user: User;
  /** Absent where each request proves it anew. */
  readonly session?: Session;
}

/** What operations have to work with. */
export interface Workbench {
  readonly settings: ApiSettings;
  /** Those that are in force when it is called, for answers that go on. */
  readonly latestSettings: () => ApiSettings;
  readonly users: ReadonlyMap<string, User>;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly streams: Streams;
  readonly rejects: RejectWatch;
  readonly bodies: BodyBudget;
  readonly engine: EnginePort;
  /** What keeps the API from clients at the moment. */
  readonly problems: () => readonly string[];
  /** Wall clock, milliseconds since 1970. */
  readonly clock: () => number;
}

/** One request, after all that can be checked of it without knowing what is asked. */
export interface Call {
  readonly request: Request;
  /** Of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Fits what the operation asks for; `undefined` where that is nothing. */
  readonly body: unknown;
  /** Where it comes from; "" for the control socket. */
  readonly address: string;
  /** Over the control socket, where everything is allowed. */
  readonly isLocal: boolean;
  /** Absent where the answer is whose who has asked, as soon as it is made. */
  readonly whenGone?: WhenGone | undefined;
  readonly caller: Caller | undefined;
  /** Whether the caller may still have what it was given; for answers that go on. */
  readonly mayGoOn: () => boolean;
}

export interface AnswerSpec {
  readonly description: string;
  /** Of a JSON body. */
  readonly schema?: TSchema;
  /** Of another body than JSON. */
  readonly type?: string;
}

export interface ParameterSpec {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly schema: TSchema;
}

/** One thing that the API can do: the table of these is both what runs and what is published. */
export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `{name}` stands for one part of it. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly parameters?: readonly ParameterSpec[];
  /** Of a JSON body, which then is required. */
  readonly body?: BodySpec;
  /** Another body, which the operation reads itself. */
  readonly ownBody?: { readonly description: string; readonly types: readonly string[] };
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Throws Refusal. */
  readonly handle: (call: Call, bench: Workbench) => Response | Promise<Response>;
}
