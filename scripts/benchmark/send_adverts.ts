import { PacketSocket } from "../../ffi/packet_socket.ts";
import { ip } from "../../src/base/ip.ts";
import { AUTH_TYPE, noAuthData } from "../../src/wire/auth.ts";
import * as frame from "../../src/wire/frame.ts";
import { delay } from "../../tests/support/wait.ts";
import { addressOf, INTERVAL_MS, PRIORITY, VRIDS } from "./vrouters.ts";

// Runs inside a network namespace until it is killed: index of eth0 and the pace as arguments.

function advert(vrid: number): Uint8Array<ArrayBuffer> {
  const message = {
    advert: {
      vrid,
      priority: PRIORITY.master,
      authType: AUTH_TYPE.none,
      advertIntervalS: INTERVAL_MS / 1000,
      addresses: [ip(addressOf(vrid))],
      authData: noAuthData(),
    },
    sourceMac: Uint8Array.of(2, 0, 0, 0, 0, 9),
    source: ip("10.9.0.9"),
    ipId: 0,
    pad: false,
  };
  const bytes = new Uint8Array(frame.advertSize(message));
  frame.emitAdvert(message, new DataView(bytes.buffer));
  return bytes;
}

const [ifindex, pace] = Deno.args;
const frames = VRIDS.map(advert);
const gapMs = pace === "spread" ? INTERVAL_MS / frames.length : 0;
using socket = new PacketSocket({ interfaceName: "eth0", ifindex: Number(ifindex), etherType: 0 });
for (let startMs = performance.now();; startMs += INTERVAL_MS) {
  for (const [index, bytes] of frames.entries()) {
    const earlyMs = startMs + index * gapMs - performance.now();
    // Asking the clock for each frame, so that a late wake is made good and none drifts.
    if (earlyMs > 0) await delay(earlyMs);
    socket.send(bytes);
  }
}
