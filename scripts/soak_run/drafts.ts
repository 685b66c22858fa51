import { attempt } from "../../tests/support/command.ts";
import { delay } from "../../tests/support/wait.ts";
import type { World } from "../../tests/support/world.ts";

const BYTES = 1_000_000;
const MOST_GROUPS = 255;
const PAUSE_MS = 1000;
const REFUSED = "422";

/** What came of the drafts. */
export interface DraftReport {
  readonly judged: number;
  /** What was answered instead, each as often as it was. */
  readonly wrong: readonly string[];
}

/** Has a daemon judge one large configuration after the other, each with a fault at its end. */
export class Drafts {
  readonly #socket: string;
  readonly #file: string;
  readonly #wrong: string[] = [];
  #judged = 0;
  #going: Promise<void> | undefined;
  #ends = false;

  private constructor(socket: string, file: string) {
    this.#socket = socket;
    this.#file = file;
  }

  /** @param socket The daemon's control socket: passwords are not sent to other machines in the clear. */
  static async start(world: World, socket: string): Promise<Drafts> {
    const file = world.path("draft.json");
    await Deno.writeTextFile(file, draftText());
    const drafts = new Drafts(socket, file);
    drafts.#going = drafts.#go();
    return drafts;
  }

  async end(): Promise<DraftReport> {
    this.#ends = true;
    await this.#going;
    return { judged: this.#judged, wrong: this.#wrong };
  }

  async #go(): Promise<void> {
    while (!this.#ends) {
      const answered = await this.#put();
      if (answered === REFUSED) this.#judged++;
      else this.#wrong.push(answered);
      await delay(PAUSE_MS);
    }
  }

  async #put(): Promise<string> {
    const { code, stdout, stderr } = await attempt([
      ...["curl", "-sS", "-m", "60", "-o", "/dev/null", "-w", "%{http_code}"] as const,
      ...["--unix-socket", this.#socket, "-X", "PUT", "--data-binary", `@${this.#file}`],
      ...["-H", "content-type: application/json", "-H", "If-Match: *"],
      "http://localhost/config/vrouter",
    ]);
    return code === 0 ? stdout : stderr.trim();
  }
}

/** Virtual routers as if there were as many interfaces; the last of them has no number. */
function draftText(): string {
  const tables: string[] = [];
  for (let bytes = 0; bytes < BYTES; bytes += (tables.at(-1)?.length ?? 0) + 1) {
    tables.push(tableText(tables.length));
  }
  return `[${[...tables, tableText(0, 0)].join(",")}]`;
}

function tableText(index: number, group = 1 + index % MOST_GROUPS): string {
  const network = Math.floor(index / MOST_GROUPS);
  return JSON.stringify({
    interface: `eth${network}`,
    group,
    priority: 100,
    vip: [`10.${network}.0.${1 + index % MOST_GROUPS}`],
    auth_type: "rfc2338-simple",
    auth_secret: "joshua",
  });
}
