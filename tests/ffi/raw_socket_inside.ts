import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import { ReceiveSlots, SendSlots } from "../../ffi/frame_slots.ts";
import { libc } from "../../ffi/libc.ts";
import { PacketSocket } from "../../ffi/packet_socket.ts";
import { RawSocket } from "../../ffi/raw_socket.ts";
import { ip } from "../../src/base/ip.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import * as ipv6 from "../../src/wire/ipv6.ts";
import { valueOf, viewOf } from "../support/bytes.ts";
import { eventually } from "../support/wait.ts";

/*
 * Tests that run in a network namespace with a cable between the interfaces "near" and "far":
 * raw_socket_test.ts makes it and starts them there.
 */

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const EMSGSIZE = 90;
const PROTOCOL = ipv4.PROTOCOL.vrrp;

async function ifindex(name: string): Promise<number> {
  return Number(await Deno.readTextFile(`/sys/class/net/${name}/ifindex`));
}

async function open(source: string): Promise<RawSocket> {
  const interfaceName = "near";
  return new RawSocket({
    interfaceName,
    ifindex: await ifindex(interfaceName),
    source: ip(source).bytes,
    sourceText: source,
    protocol: PROTOCOL,
  });
}

async function openFar(etherType: number): Promise<PacketSocket> {
  return new PacketSocket({ interfaceName: "far", ifindex: await ifindex("far"), etherType });
}

function packet4(destination: string, payload: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(ipv4.size() + payload.length);
  bytes.set(payload, ipv4.size());
  ipv4.emit({
    typeOfService: ipv4.TOS_NETWORK_CONTROL,
    id: 7,
    dontFragment: false,
    ttl: 255,
    protocol: PROTOCOL,
    source: ip("10.7.0.1"),
    destination: ip(destination),
  }, viewOf(bytes));
  return bytes;
}

function send(socket: RawSocket, packets: readonly (readonly [Uint8Array, string])[]) {
  const slots = new SendSlots();
  const refused: [number, number][] = [];
  for (const [packet, to] of packets) slots.putTo(packet, ip(to).bytes);
  socket.sendAll(slots, (index, errno) => refused.push([index, errno]));
  assert.equal(slots.count, 0);
  return refused;
}

const received = new ReceiveSlots();

/** The payloads of so many frames, all of which have to be for the far end's hardware address. */
async function payloads(far: PacketSocket, count: number): Promise<DataView[]> {
  const found: DataView[] = [];
  await eventually(() => {
    far.receiveEach(received, (index) => {
      const bytes = Uint8Array.from(new Uint8Array(received.bytes.buffer).subarray(
        received.offsetOf(index),
        received.offsetOf(index) + received.lengthOf(index),
      ));
      const { destination, payload } = valueOf(ethernet.parse(viewOf(bytes)));
      if (destination.toHex() === "02000000000f") found.push(payload);
    });
    return found.length >= count;
  }, { what: `${count} frames` });
  return found;
}

Deno.test("RawSocket.sendAll() leaves the next hop to the kernel and the packet as it is", async () => {
  using socket = await open("10.7.0.1");
  using far = await openFar(ethernet.ETHER_TYPE.ipv4);
  // 10.6.0.9 is behind 10.7.0.2.
  const packets = ["10.7.0.2", "10.6.0.9"].map((to, index) =>
    [packet4(to, [index, 1, 2, 3]), to] as const
  );
  assert.deepEqual(send(socket, packets), []);
  const seen = await payloads(far, 2);
  assert.deepEqual(
    seen.map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength).toHex()),
    packets.map(([bytes]) => bytes.toHex()),
  );
});

Deno.test("RawSocket.sendAll() names each packet that is refused and sends the others", async () => {
  using socket = await open("10.7.0.1");
  using far = await openFar(ethernet.ETHER_TYPE.ipv4);
  const tooLong = packet4("10.7.0.2", new Array<number>(1600).fill(1));
  const short = packet4("10.7.0.2", [1]);
  const packets = [tooLong, short, tooLong, short].map((packet) => [packet, "10.7.0.2"] as const);
  assert.deepEqual(send(socket, packets), [[0, EMSGSIZE], [2, EMSGSIZE]]);
  assert.equal((await payloads(far, 2)).length, 2);
});

Deno.test("RawSocket sends IPv6 likewise", async () => {
  using socket = await open("fd07::1");
  using far = await openFar(ethernet.ETHER_TYPE.ipv6);
  const bytes = new Uint8Array(ipv6.size() + 4);
  ipv6.emit({
    trafficClass: ipv4.TOS_NETWORK_CONTROL,
    flowLabel: 5,
    hopLimit: 255,
    protocol: PROTOCOL,
    source: ip("fd07::1"),
    destination: ip("fd07::2"),
  }, viewOf(bytes));
  assert.deepEqual(send(socket, [[bytes, "fd07::2"]]), []);
  const [seen] = await payloads(far, 1);
  assert.ok(seen !== undefined);
  assert.equal(
    new Uint8Array(seen.buffer, seen.byteOffset, seen.byteLength).toHex(),
    bytes.toHex(),
  );
});

Deno.test("RawSocket refuses a source that the machine does not have, and names it", async () => {
  await assert.rejects(open("10.7.0.9"), (error) => {
    return error instanceof SyscallError && error.code === "EADDRNOTAVAIL" &&
      error.message.includes("10.7.0.9 on near");
  });
});

Deno.test("SendSlots.destinationOf() gives what putTo() was told", () => {
  const slots = new SendSlots();
  for (const address of ["10.7.0.2", "fd07::2"]) slots.putTo(Uint8Array.of(1), ip(address).bytes);
  assert.deepEqual(slots.destinationOf(0), ip("10.7.0.2").bytes);
  assert.deepEqual(slots.destinationOf(1), ip("fd07::2").bytes);
});
