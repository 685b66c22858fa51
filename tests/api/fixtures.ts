import { Api } from "../../src/api/api.ts";
import { type EnginePort, EngineSilent } from "../../src/api/engine_port.ts";
import { RejectWatch } from "../../src/api/reject_watch.ts";
import type { ApiSettings } from "../../src/api/settings.ts";
import { EventRing } from "../../src/base/event_ring.ts";
import type {
  ProcessSnapshot,
  RouterSnapshot,
  Snapshot,
  TransitionEvent,
} from "../../src/runtime/snapshot.ts";
import type { Command, CommandOutcome } from "../../src/api/messages.ts";
import { newCounters } from "../../src/vrrp/counters.ts";

export const ORIGIN = "http://127.0.0.1:7080";
export const START_MS = Date.UTC(2026, 10, 22, 12);

/** admin may write and ops may read; both passwords are "banana". */
const HASH = "3df024b5dc20a168d6a3fe406c65ec286e71c61c9c738e079ddd6dae255ee695";
export const ADMIN_LINE = `{{SHA256}}admin:0:1eb7ac761a1201f9:${HASH}`;
export const OPS_LINE = `{{SHA256}}ops:1:1eb7ac761a1201f9:${HASH}`;

export function settings(differences: Partial<ApiSettings> = {}): ApiSettings {
  return {
    controlSocket: "",
    listen: { hosts: [] },
    users: [ADMIN_LINE, OPS_LINE],
    tls: false,
    write: true,
    sessionTtlS: 3600,
    metrics: "user",
    console: true,
    daemon: {
      version: "0.1.0",
      pid: 4711,
      debug: 0,
      timeZone: "utc",
      timeFormat: "rfc2822",
      workingDir: "/tmp",
      mainLog: "/var/log/rvrrpd.log",
    },
    published: '{"debug":0,"vrouter":[{"group":1,"auth_secret":"***"}],"protocols":null}',
    revision: "5-1",
    changedRouters: [],
    staticRoutes: [{
      destination: "0.0.0.0",
      mask: "0.0.0.0",
      next_hop: "10.240.0.254",
      metric: 0,
      mtu: 0,
    }],
    ...differences,
  };
}

export function routerSnapshot(differences: Partial<RouterSnapshot> = {}): RouterSnapshot {
  return {
    group: 1,
    interface: "eth0",
    virtualInterface: null,
    version: 2,
    family: 4,
    addresses: ["10.9.0.100"],
    excludedAddresses: [],
    priority: 100,
    effectivePriority: 100,
    preempt: false,
    forced: null,
    state: "Backup",
    sinceMs: START_MS,
    reason: "started",
    fault: null,
    faultText: null,
    auth: "none",
    mac: "02:00:00:00:00:0a",
    advertIntervalMs: 1000,
    masterDownMs: 3609,
    skewMs: 609,
    masterIntervalMs: null,
    master: "10.9.0.2",
    counters: { ...newCounters(), received: 7, rejected: { ttl: 2 } },
    tracking: { adjustment: 0, down: null },
    entries: { Backup: 1 },
    transitions: [],
    ...differences,
  };
}

export function transition(sequence: number): TransitionEvent {
  return {
    sequence,
    atMs: START_MS + sequence,
    group: 1,
    interface: "eth0",
    family: 4,
    from: "Backup",
    to: "Master",
    reason: "masterSilent",
    fault: null,
    faultText: null,
    peer: { address: "10.9.0.2", priority: 90 },
  };
}

export const PROCESS: ProcessSnapshot = {
  startedMs: START_MS,
  sequence: 0,
  lateness: { counts: [5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], sumMs: 2500 },
  advertLateness: { counts: [0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0], sumMs: 24 },
  takeOvers: { counts: [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], sumMs: 20 },
  strays: [{ interface: "eth0", rejected: { unknownGroup: 4 } }],
};

/** Answers as it is told, and notes what it is asked to do. */
export class PaperEngine implements EnginePort {
  readonly commands: Command[] = [];
  routers: readonly RouterSnapshot[] = [routerSnapshot()];
  outcome: CommandOutcome = { done: true };
  silent = false;
  readonly #ring = new EventRing<TransitionEvent>(1000);
  readonly #waiters = new Set<() => void>();
  readonly events: EnginePort["events"];

  constructor() {
    const ring = this.#ring;
    this.events = {
      get last() {
        return ring.last;
      },
      after: (sequence) => ring.after(sequence),
      changed: (sequence) => this.#changed(sequence),
    };
  }

  snapshot(): Promise<Snapshot> {
    if (this.silent) return Promise.reject(new EngineSilent());
    const process = { ...PROCESS, sequence: this.#ring.last };
    return Promise.resolve({ process, routers: this.routers });
  }

  command(command: Command): Promise<CommandOutcome> {
    if (this.silent) return Promise.reject(new EngineSilent());
    this.commands.push(command);
    return Promise.resolve(this.outcome);
  }

  happen(sequence: number): void {
    this.#ring.push(transition(sequence));
    this.wake();
  }

  /** As when nothing has happened for as long as one waits. */
  wake(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  #changed(sequence: number): Promise<void> {
    if (this.#ring.last > sequence) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.add(resolve));
  }
}

/** On clocks that stand still. */
export function paperRejects(engine: PaperEngine): RejectWatch {
  return new RejectWatch({ engine, clock: () => START_MS, steadyClock: () => 0 });
}

/** An API with an engine of paper and a clock that stands still unless it is moved. */
export class ApiScene {
  readonly engine = new PaperEngine();
  readonly errors: string[] = [];
  readonly api: Api;
  nowMs = START_MS + 60_000;
  /** How far the wall clock has been set since. */
  wallStepMs = 0;
  address = "10.9.0.77";

  constructor(differences: Partial<ApiSettings> = {}) {
    this.api = new Api({
      settings: settings(differences),
      engine: this.engine,
      log: { error: (line) => this.errors.push(line) },
      clock: () => this.nowMs + this.wallStepMs,
      steadyClock: () => this.nowMs,
    });
  }

  send(path: string, options: RequestInit = {}): Promise<Response> {
    return this.api.handle(new Request(`${ORIGIN}${path}`, options), this.address);
  }

  /** Over the control socket. */
  local(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { "content-type": "application/json", "if-match": "*" };
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.api.handleLocal(new Request(`${ORIGIN}${path}`, { method, headers, ...json }));
  }

  /** With a JSON body, as the user of this session. */
  write(method: string, path: string, body?: unknown, cookie?: string): Promise<Response> {
    const conditions = path.startsWith("/config/") ? { "if-match": '"5-1"' } : {};
    const headers = {
      "content-type": "application/json",
      ...conditions,
      ...(cookie ? { cookie } : {}),
    };
    return this.send(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  signIn(body = "user=admin passwd=banana"): Promise<Response> {
    return this.send("/auth", { method: "POST", body });
  }

  /** The Cookie header of a new session. */
  async cookie(user = "admin"): Promise<string> {
    return cookieOf(await this.signIn(`user=${user} passwd=banana`));
  }

  async read(path: string): Promise<unknown> {
    const answer = await this.send(path, { headers: { cookie: await this.cookie() } });
    return await answer.json();
  }
}

/** What a browser sends back of the cookies that an answer sets. */
export function cookieOf(answer: Response): string {
  return answer.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
}

export function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${btoa(`${user}:${password}`)}` };
}
