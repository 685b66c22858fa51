import { replay } from "./replay.ts";

Deno.test("replay: a Backup takes a silent Master's place", () => replay("silent_master"));
Deno.test("replay: a Backup takes a leaving Master's place", () => replay("leaving_master"));
Deno.test("replay: a Master is preempted and stops as Backup", () => replay("preempted"));
Deno.test("replay: an owner meets another and returns after it", () => replay("two_owners"));
Deno.test("replay: an interface fails under a Master and comes back", () => replay("lost_link"));
Deno.test("replay: a Master wakes up beside its successor", () => replay("suspended_master"));
Deno.test("replay: without preemption a lower priority stays Master", () =>
  replay("no_preemption"));
