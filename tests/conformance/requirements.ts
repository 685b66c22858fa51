import type { Section } from "./requirement.ts";
import { HOSTS } from "./requirements/hosts.ts";
import { MACHINE, PARAMETERS } from "./requirements/machine.ts";
import { BOTH_VERSIONS, MANAGEMENT, SECURITY } from "./requirements/others.ts";
import { RECEIVE } from "./requirements/receive.ts";
import { WIRE } from "./requirements/wire.ts";

/** Everything that RFC 9568 and RFC 3768 ask for, in the order of the table. */
export const SECTIONS: readonly Section[] = [
  { title: "On the wire", requirements: WIRE },
  { title: "Receiving", requirements: RECEIVE },
  { title: "Parameters", requirements: PARAMETERS },
  { title: "State machine", requirements: MACHINE },
  { title: "Hosts", requirements: HOSTS },
  { title: "Both versions in one group", requirements: BOTH_VERSIONS },
  { title: "Security", requirements: SECURITY },
  { title: "Management", requirements: MANAGEMENT },
];
