import assert from "node:assert/strict";
import { realtimeMs } from "../../ffi/clock.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { ReceiveSlots, SendSlots } from "../../ffi/frame_slots.ts";
import { libc } from "../../ffi/libc.ts";
import { MulticastGroup } from "../../ffi/multicast_group.ts";
import { PacketSocket, type PacketSocketOptions } from "../../ffi/packet_socket.ts";
import type { BpfInstruction } from "../../ffi/socket_filter.ts";
import { withTag } from "../../src/wire/vlan.ts";
import { viewOf } from "../support/bytes.ts";
import { run } from "../support/command.ts";
import { delay, eventually } from "../support/wait.ts";

/*
 * Tests that run in a network namespace with a cable between the interfaces "near" and "far":
 * packet_socket_test.ts makes it and starts them there.
 */

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

/** "Local experimental" by IEEE 802: nobody else sends it. */
const ETHER_TYPE = 0x88b5;
const OTHER_ETHER_TYPE = 0x88b6;
const RETURN = 0x06;
const DROP_ALL: readonly BpfInstruction[] = [{ code: RETURN, jt: 0, jf: 0, k: 0 }];
const KEEP_ALL: readonly BpfInstruction[] = [{ code: RETURN, jt: 0, jf: 0, k: 0xffffffff }];
const GROUP_MAC = Uint8Array.of(0x01, 0x00, 0x5e, 0x00, 0x00, 0x12);

async function ifindex(name: string): Promise<number> {
  return Number(await Deno.readTextFile(`/sys/class/net/${name}/ifindex`));
}

async function open(
  name: "near" | "far",
  differences: Partial<PacketSocketOptions> = {},
): Promise<PacketSocket> {
  const where = { interfaceName: name, ifindex: await ifindex(name) };
  return new PacketSocket({ ...where, etherType: ETHER_TYPE, ...differences });
}

function frame(payload: readonly number[], etherType = ETHER_TYPE): Uint8Array<ArrayBuffer> {
  const addresses = [...new Array<number>(6).fill(0xff), 0x02, 0, 0, 0, 0, 1];
  return Uint8Array.of(...addresses, etherType >> 8, etherType & 0xff, ...payload);
}

const slots = new ReceiveSlots();

/** All frames that wait, in the order of their arrival. */
function waiting(socket: PacketSocket): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const take = (index: number) => {
    const { buffer, byteOffset, byteLength } = slots.view(index);
    frames.push(new Uint8Array(buffer, byteOffset, byteLength).slice());
  };
  while (socket.receiveEach(slots, take));
  return frames;
}

/** The frames that wait, at least one. */
function receiveAll(socket: PacketSocket): Promise<Uint8Array[]> {
  return eventually(() => {
    const frames = waiting(socket);
    return frames.length === 0 ? undefined : frames;
  }, { what: "a frame" });
}

/** The one frame that waits. */
async function receive(socket: PacketSocket): Promise<Uint8Array> {
  const [only, ...more] = await receiveAll(socket);
  assert.ok(only !== undefined);
  assert.deepEqual(more, []);
  return only;
}

function isError(code: string, about: string): (error: unknown) => boolean {
  return (error) => {
    return error instanceof SyscallError && error.code === code && error.message.includes(about);
  };
}

async function openFiles(): Promise<number> {
  return (await Array.fromAsync(Deno.readDir("/proc/self/fd"))).length;
}

Deno.test("PacketSocket carries frames byte for byte, from the Ethernet header on", async () => {
  using near = await open("near");
  using far = await open("far");
  for (const sent of [frame([1, 2, 3]), frame([]), frame(new Array<number>(1500).fill(7))]) {
    near.send(sent);
    assert.deepEqual(await receive(far), sent);
  }
  assert.deepEqual(waiting(far), []);
});

Deno.test("PacketSocket does not hear its own frames, nor another socket's of this machine", async () => {
  using near = await open("near");
  using neighbour = await open("near");
  using far = await open("far");
  near.send(frame([1]));
  await receive(far);
  assert.deepEqual(waiting(near), []);
  assert.deepEqual(waiting(neighbour), []);
});

Deno.test("PacketSocket hears its own EtherType on its own interface only", async () => {
  using near = await open("near");
  using far = await open("far");
  near.send(frame([1], OTHER_ETHER_TYPE));
  far.send(frame([2]));
  near.send(frame([3]));
  assert.deepEqual(await receive(far), frame([3]));
  assert.deepEqual(await receive(near), frame([2]));
});

Deno.test("PacketSocket.receiveEach() gives many frames in order and says when more wait", async () => {
  using near = await open("near");
  using far = await open("far");
  const sent = Array.from({ length: slots.capacity + 3 }, (_, index) => frame([index]));
  for (const one of sent) near.send(one);
  const first: number[] = [];
  assert.equal(far.receiveEach(slots, (index) => first.push(index)), true);
  assert.equal(first.length, slots.capacity);
  assert.deepEqual(await receiveAll(far), sent.slice(slots.capacity));
  for (const one of sent) near.send(one);
  assert.deepEqual(await receiveAll(far), sent);
});

Deno.test("PacketSocket passes over what is for another MAC or for a VLAN without an interface", async () => {
  using near = await open("near");
  using far = await open("far");
  const own = (await Deno.readTextFile("/sys/class/net/far/address")).trim().split(":");
  const to = (mac: readonly number[], payload: number) => {
    // The kernel drops what is shorter behind a tag.
    const sent = frame([payload, 0]);
    sent.set(mac);
    return sent;
  };
  const forUs = to(own.map((byte) => parseInt(byte, 16)), 1);
  const forGroup = to([...GROUP_MAC], 2);
  const strange = to([0x02, 0, 0, 0, 0, 9], 3);
  const untagged = viewOf(forGroup);
  const tagged = withTag(untagged, { protocol: 0x8100, control: 20 });
  // VLAN 0 is none: such a tag holds no more than a priority.
  const prioritized = withTag(untagged, { protocol: 0x8100, control: 7 << 13 });
  for (const one of [tagged, strange, prioritized, forUs, forGroup, frame([4])]) {
    near.send(new Uint8Array(one.buffer as ArrayBuffer));
  }
  assert.deepEqual(await receiveAll(far), [forGroup, forUs, forGroup, frame([4])]);
});

Deno.test("PacketSocket.receiveEach() cuts a frame that is longer than its slot", async () => {
  using near = await open("near");
  using far = await open("far");
  const setMtu = (mtu: number) => run(["ip", "link", "set", "near", "mtu", `${mtu}`]);
  await setMtu(4000);
  await run(["ip", "link", "set", "far", "mtu", "4000"]);
  near.send(frame(new Array<number>(3000).fill(7)));
  await setMtu(1500);
  assert.equal((await receive(far)).length, 2048);
  near.send(frame([1]));
  assert.deepEqual(await receive(far), frame([1]));
});

Deno.test("PacketSocket.receiveEach() goes on after whoever takes the frames has thrown", async () => {
  using near = await open("near");
  using far = await open("far");
  near.send(frame([1]));
  assert.throws(() => {
    far.receiveEach(slots, () => {
      throw new Error("not today");
    });
  }, /not today/);
  near.send(frame([2]));
  assert.deepEqual(await receive(far), frame([2]));
  assert.notEqual(slots.stampMs(0), undefined);
});

Deno.test("ReceiveSlots.stampMs() is when the frame arrived, not when it is read", async () => {
  using near = await open("near");
  using far = await open("far");
  // The kernel begins to stamp a moment after it was asked to.
  await delay(200);
  const beforeMs = realtimeMs();
  near.send(frame([1]));
  const afterMs = realtimeMs();
  await delay(50);
  await receive(far);
  const stampMs = slots.stampMs(0);
  // The kernel's stamp has nanoseconds, of which a number of milliseconds since 1970 loses some.
  assert.ok(stampMs !== undefined && stampMs >= beforeMs - 0.01 && stampMs <= afterMs + 40);
});

Deno.test("PacketSocket.sendAll() sends in order and empties the slots", async () => {
  using near = await open("near");
  using far = await open("far");
  const outgoing = new SendSlots();
  const sent = Array.from({ length: outgoing.capacity }, (_, index) => frame([index, index]));
  for (const round of [sent, sent.slice(0, 3)]) {
    for (const one of round) outgoing.put(one);
    near.sendAll(outgoing, (_, error) => {
      throw error;
    });
    assert.equal(outgoing.count, 0);
    assert.deepEqual(await receiveAll(far), round);
  }
});

Deno.test("SendSlots.put() refuses a frame that would run over its neighbour", () => {
  const outgoing = new SendSlots();
  outgoing.put(new Uint8Array(2048));
  assert.throws(() => outgoing.put(new Uint8Array(2049)), RangeError);
  assert.equal(outgoing.count, 1);
});

Deno.test("PacketSocket.sendAll() names each frame that is refused and sends the others", async () => {
  using near = await open("near");
  using far = await open("far");
  const outgoing = new SendSlots();
  const tooLong = frame(new Array<number>(1900).fill(1));
  for (const one of [tooLong, frame([1]), tooLong, frame([2])]) outgoing.put(one);
  const refused: [number, string][] = [];
  near.sendAll(outgoing, (index, { code }) => refused.push([index, code]));
  assert.deepEqual(refused, [[0, "EMSGSIZE"], [2, "EMSGSIZE"]]);
  assert.deepEqual(await receiveAll(far), [frame([1]), frame([2])]);
});

Deno.test("PacketSocket takes only what its filter lets pass", async () => {
  using near = await open("near");
  using witness = await open("far");
  using far = await open("far", { filter: DROP_ALL });
  near.send(frame([1]));
  await receive(witness);
  assert.deepEqual(waiting(far), []);
  far.setFilter(KEEP_ALL);
  near.send(frame([2]));
  assert.deepEqual(await receive(far), frame([2]));
});

Deno.test("PacketSocket.setFilter() keeps the old filter where the kernel refuses the new", async () => {
  using near = await open("near");
  using far = await open("far", { filter: KEEP_ALL });
  const broken = [{ code: 0xffff, jt: 0, jf: 0, k: 0 }];
  assert.throws(() => far.setFilter(broken), isError("EINVAL", "attach a filter on far"));
  near.send(frame([1]));
  assert.deepEqual(await receive(far), frame([1]));
});

Deno.test("PacketSocket asks for its receive buffer and passes the kernel's limit", async () => {
  const limit = Number(
    await Deno.readTextFile("/proc/sys/net/core/rmem_max").catch(() => "212992"),
  );
  using far = await open("far", { receiveBufferBytes: 4 * limit });
  using near = await open("near");
  // More than the limit holds: each frame counts with at least the memory that its bytes take.
  const frames = Math.floor((2 * limit) / 1500);
  for (let count = 0; count < frames; count++) near.send(frame(new Array<number>(1486).fill(0)));
  assert.equal(waiting(far).length, frames);
});

Deno.test("PacketSocket.joinMulticast() opens the interface to the group until it is closed", async () => {
  const isMember = async () => {
    const lines = (await run(["ip", "maddress", "show", "dev", "far"])).split("\n");
    return lines.some((line) => line.includes("01:00:5e:00:00:12"));
  };
  const far = await open("far");
  far.joinMulticast(GROUP_MAC);
  assert.equal(await isMember(), true);
  far.close();
  assert.equal(await isMember(), false);
});

Deno.test("MulticastGroup is a member of the IP group for as long as it lives", async () => {
  const isMember = async () => {
    return (await run(["ip", "-4", "maddress", "show", "dev", "far"])).includes("224.0.0.18");
  };
  const group = Uint8Array.of(224, 0, 0, 18);
  {
    using _ = new MulticastGroup({ interfaceName: "far", ifindex: await ifindex("far"), group });
    assert.equal(await isMember(), true);
  }
  assert.equal(await isMember(), false);
});

Deno.test("PacketSocket and MulticastGroup name a missing interface and leave nothing open", async () => {
  const before = await openFiles();
  const missing = { interfaceName: "gone", ifindex: 4711 };
  assert.throws(
    () => new PacketSocket({ ...missing, etherType: ETHER_TYPE }),
    isError("ENODEV", "Cannot bind a packet socket to gone"),
  );
  assert.throws(
    () => new MulticastGroup({ ...missing, group: Uint8Array.of(224, 0, 0, 18) }),
    isError("ENODEV", "Cannot join the multicast group on gone"),
  );
  assert.equal(await openFiles(), before);
});

Deno.test("PacketSocket tells once that its interface went down, and works again when it is up", async () => {
  using near = await open("near");
  using far = await open("far");
  await run(["ip", "link", "set", "near", "down"]);
  assert.throws(() => waiting(near), isError("ENETDOWN", "receive on near"));
  assert.deepEqual(waiting(near), []);
  assert.throws(() => near.send(frame([1])), isError("ENETDOWN", "send on near"));
  await run(["ip", "link", "set", "near", "up"]);
  // The peer lost its carrier for that time, which is an event of its own but no end of its socket.
  near.send(frame([2]));
  assert.deepEqual(await receive(far), frame([2]));
});

Deno.test("PacketSocket cannot be used once it is closed", async () => {
  const near = await open("near");
  near.close();
  near.close();
  assert.throws(() => near.send(frame([1])), /closed/);
});
