import { PacketSocket } from "../../ffi/packet_socket.ts";
import { delay } from "./wait.ts";

// Runs inside a network namespace: index of eth0 and milliseconds between frames as arguments, the
// frames as lines of hexadecimal on stdin. EtherType 0 receives nothing.
const [ifindex, gapMs] = Deno.args.map(Number);
const text = await new Response(Deno.stdin.readable).text();
using socket = new PacketSocket({ interfaceName: "eth0", ifindex: ifindex ?? 0, etherType: 0 });
for (const line of text.split("\n")) {
  socket.send(Uint8Array.fromHex(line));
  if (gapMs !== undefined && gapMs > 0) await delay(gapMs);
}
