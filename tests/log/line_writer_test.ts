import assert from "node:assert/strict";
import { type LineOutput, LineWriter, type OutputNews } from "../../src/log/line_writer.ts";

/** An output that takes so many bytes before it fails. */
class Disk implements LineOutput {
  readonly name = "/disk";
  room = Infinity;
  text = "";

  write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    if (this.room === 0) return Promise.reject(new Error("the disk is full"));
    const taken = bytes.subarray(0, this.room);
    this.room -= taken.length;
    this.text += new TextDecoder().decode(taken);
    return Promise.resolve(taken.length);
  }
}

function writerOn(disk: Disk): { writer: LineWriter; news: OutputNews[] } {
  const news: OutputNews[] = [];
  const writer = new LineWriter({
    output: disk,
    dropLine: (count) => `${count} dropped`,
    gapLine: (count) => `${count} missing`,
    tell: (one) => news.push(one),
  });
  return { writer, news };
}

async function say(writer: LineWriter, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) writer.write(line);
  await writer.flush();
}

Deno.test("LineWriter tells once that its output fails, and once that it works again", async () => {
  const disk = new Disk();
  const { writer, news } = writerOn(disk);
  await say(writer, "one");
  disk.room = 0;
  await say(writer, "two", "three");
  await say(writer, "four");
  assert.deepEqual(news, [{ failed: "the disk is full" }]);
  assert.equal(writer.failing, true);
  disk.room = Infinity;
  await say(writer, "five");
  await say(writer, "six");
  assert.deepEqual(news.slice(1), [{ lostLines: 3 }]);
  assert.equal(writer.failing, false);
  assert.equal(disk.text, "one\n3 missing\nfive\nsix\n");
});

Deno.test("LineWriter ends a line that was cut before it writes the next", async () => {
  const disk = new Disk();
  const { writer, news } = writerOn(disk);
  disk.room = "one\ntw".length;
  await say(writer, "one", "two", "three");
  disk.room = Infinity;
  await say(writer, "four");
  assert.deepEqual(news, [{ failed: "the disk is full" }, { lostLines: 2 }]);
  assert.equal(disk.text, "one\ntw\n2 missing\nfour\n");
});

Deno.test("LineWriter counts no line twice where its own remark does not fit either", async () => {
  const disk = new Disk();
  const { writer } = writerOn(disk);
  disk.room = 0;
  await say(writer, "one");
  for (const room of [1, 3, "1 missing\n".length]) {
    disk.room = room;
    await say(writer, "again");
  }
  disk.room = Infinity;
  await say(writer, "last");
  assert.match(disk.text, /\n4 missing\nlast\n$/);
});

Deno.test("LineWriter goes on writing what an output takes bit by bit", async () => {
  const disk = new Disk();
  const slow: LineOutput = { name: "slow", write: (bytes) => disk.write(bytes.subarray(0, 3)) };
  const writer = new LineWriter({
    output: slow,
    dropLine: String,
    gapLine: String,
    tell: () => assert.fail("nothing has failed"),
  });
  await say(writer, "a long line", "and another");
  assert.equal(disk.text, "a long line\nand another\n");
});
