import assert from "node:assert/strict";
import { METRICS_TYPE } from "../../src/api/metrics.ts";
import { newCounters } from "../../src/vrrp/counters.ts";
import { attempt } from "../support/command.ts";
import { ApiScene, basic, routerSnapshot } from "./fixtures.ts";

async function metrics(scene: ApiScene): Promise<string[]> {
  const answer = await scene.send("/metrics", { headers: basic("ops", "banana") });
  assert.equal(answer.headers.get("content-type"), METRICS_TYPE);
  const text = await answer.text();
  assert.ok(text.endsWith("\n"));
  return text.trimEnd().split("\n");
}

Deno.test("GET /metrics tells the state, the counters and the lateness of the engine [R12b demands]", async () => {
  const scene = new ApiScene();
  scene.engine.happen(1);
  const lines = await metrics(scene);
  const labels = 'group="1",interface="eth0",family="4",version="2"';
  for (
    const line of [
      'rvrrpd_build_info{version="0.1.0"} 1',
      `rvrrpd_transitions_total{${labels},to="Backup"} 1`,
      `rvrrpd_transitions_total{${labels},to="Master"} 0`,
      'rvrrpd_stray_packets_rejected_total{interface="eth0",reason="unknownGroup"} 4',
      'rvrrpd_advert_interval_error_seconds_bucket{le="0.01"} 3',
      "rvrrpd_take_over_duration_seconds_sum 0.02",
      "# TYPE rvrrpd_state gauge",
      `rvrrpd_state{${labels},state="Backup"} 1`,
      `rvrrpd_state{${labels},state="Master"} 0`,
      `rvrrpd_adverts_received_total{${labels}} 7`,
      `rvrrpd_packets_rejected_total{${labels},reason="ttl"} 2`,
      'rvrrpd_engine_lateness_seconds_bucket{le="0.0001"} 5',
      'rvrrpd_engine_lateness_seconds_bucket{le="0.0005"} 6',
      'rvrrpd_engine_lateness_seconds_bucket{le="1"} 6',
      'rvrrpd_engine_lateness_seconds_bucket{le="+Inf"} 8',
      "rvrrpd_engine_lateness_seconds_sum 2.5",
      "rvrrpd_engine_lateness_seconds_count 8",
    ]
  ) assert.ok(lines.includes(line), `${line}\nin\n${lines.join("\n")}`);
});

Deno.test("GET /metrics labels by family and version, and counts what version 3 has", async () => {
  const scene = new ApiScene();
  const counters = { ...newCounters(), intervalDiffers: 3, checksumRfc5798: 5, checksumRfc9568: 2 };
  scene.engine.routers = [
    routerSnapshot({ version: 3, counters }),
    routerSnapshot({ version: 3, family: 6, counters }),
    routerSnapshot({ group: 2, counters }),
  ];
  const lines = await metrics(scene);
  const of = (name: string) => lines.filter((line) => line.startsWith(`${name}{`));
  const [four, six] = ['family="4",version="3"', 'family="6",version="3"'];
  const place = 'group="1",interface="eth0"';
  assert.deepEqual(of("rvrrpd_adverts_checksum_total"), [
    `rvrrpd_adverts_checksum_total{${place},${four},form="rfc5798"} 5`,
    `rvrrpd_adverts_checksum_total{${place},${four},form="rfc9568"} 2`,
  ]);
  assert.deepEqual(of("rvrrpd_adverts_interval_differs_total"), [
    `rvrrpd_adverts_interval_differs_total{${place},${four}} 3`,
    `rvrrpd_adverts_interval_differs_total{${place},${six}} 3`,
  ]);
});

Deno.test("GET /metrics gives every metric help, a type, and all its samples in one place", async () => {
  const scene = new ApiScene();
  scene.engine.routers = [routerSnapshot(), routerSnapshot({ group: 2, interface: 'e"\\\n' })];
  const lines = await metrics(scene);
  const families = lines.filter((line) => !line.startsWith("#")).map((line) =>
    line.replace(/[{ ].*$/s, "").replace(/(?<=_seconds)_(bucket|sum|count)$/, "")
  );
  const inOrder = families.filter((name, index) => name !== families[index - 1]);
  assert.equal(new Set(inOrder).size, inOrder.length);
  for (const name of inOrder) {
    assert.ok(lines.some((line) => line.startsWith(`# HELP ${name} `)), name);
    assert.ok(lines.some((line) => line.startsWith(`# TYPE ${name} `)), name);
  }
  assert.ok(lines.some((line) => line.includes('group="2",interface="e\\"\\\\\\n"')));
});

Deno.test("promtool finds nothing to say against /metrics", async () => {
  const lines = await metrics(new ApiScene());
  const stdin = `${lines.join("\n")}\n`;
  assert.deepEqual(await attempt(["promtool", "check", "metrics"], { stdin }), {
    code: 0,
    stdout: "",
    stderr: "",
  });
});
