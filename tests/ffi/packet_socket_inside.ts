import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { libc } from "../../ffi/libc.ts";
import { MulticastGroup } from "../../ffi/multicast_group.ts";
import {
  type BpfInstruction,
  PacketSocket,
  type PacketSocketOptions,
} from "../../ffi/packet_socket.ts";
import { run } from "../support/command.ts";
import { eventually } from "../support/wait.ts";

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

/** The next frame, cut to `size` bytes. */
function receive(socket: PacketSocket, size = 2048): Promise<Uint8Array> {
  const buffer = new Uint8Array(size).fill(0xa5);
  return eventually(() => {
    const length = socket.receive(buffer);
    return length === undefined ? undefined : buffer.subarray(0, length);
  }, { what: "a frame" });
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
  assert.equal(far.receive(new Uint8Array(64)), undefined);
});

Deno.test("PacketSocket does not hear its own frames, nor another socket's of this machine", async () => {
  using near = await open("near");
  using neighbour = await open("near");
  using far = await open("far");
  near.send(frame([1]));
  await receive(far);
  assert.equal(near.receive(new Uint8Array(64)), undefined);
  assert.equal(neighbour.receive(new Uint8Array(64)), undefined);
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

Deno.test("PacketSocket.receive() cuts a frame to the buffer", async () => {
  using near = await open("near");
  using far = await open("far");
  near.send(frame([1, 2, 3]));
  assert.deepEqual(await receive(far, 15), frame([1]));
  assert.equal(far.receive(new Uint8Array(64)), undefined);
});

Deno.test("PacketSocket takes only what its filter lets pass", async () => {
  using near = await open("near");
  using witness = await open("far");
  using far = await open("far", { filter: DROP_ALL });
  near.send(frame([1]));
  await receive(witness);
  assert.equal(far.receive(new Uint8Array(64)), undefined);
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
  for (let count = 0; count < frames; count++) await receive(far);
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
  assert.throws(() => near.receive(new Uint8Array(64)), isError("ENETDOWN", "receive on near"));
  assert.equal(near.receive(new Uint8Array(64)), undefined);
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
