import { orderBytes } from "../../src/cli/config_order.ts";

// Says how many bytes the heap has grown by when many large orders have been written.

const TIMES = 20;
const TEXT_BYTES = 1_000_000;

function write(): void {
  const options = { help: false, version: false, check: false };
  for (let time = 0; time < TIMES; time++) {
    const text = `${time}${"x".repeat(TEXT_BYTES)}`;
    const draft = { what: "vrouter", text, isLocal: true, digest: undefined, objects: 0 } as const;
    orderBytes({ options, changes: [], draft });
  }
}

function usedBytes(): number {
  (globalThis as unknown as { gc(): void }).gc();
  return Deno.memoryUsage().heapUsed;
}

const before = usedBytes();
write();
console.log(usedBytes() - before);
