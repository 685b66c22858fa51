import { type Family, parseIp } from "../base/ip.ts";
import { announcementKeys } from "./announcements.ts";
import { readKeyed, readPlain, writeAuthentication } from "./authentication.ts";
import type { Statement } from "./blocks.ts";
import { type Flavour, writeAddresses } from "./instance_addresses.ts";
import { INSTANCE_RULES, type InstanceDraft } from "./instance_rules.ts";
import { type Notifications, writeNotifications } from "./notify.ts";
import { readRoutes } from "./routes.ts";
import { walk } from "./rules.ts";
import type { Section } from "./section.ts";
import { trackLines, writeTracking } from "./tracking.ts";
import { writeUnicast } from "./unicast.ts";
import { asName } from "./values.ts";
import type { Surroundings, Writing } from "./writing.ts";

/** Turns a `vrrp_instance` into the `[[vrouter]]` of `section`. Tells whether a secret is in it. */
export function writeInstance(
  statement: Statement,
  { section, around }: { readonly section: Section; readonly around: Surroundings },
): boolean {
  const draft = newDraft();
  section.title(statement);
  walk(statement.block ?? [], { rules: INSTANCE_RULES, draft, section });
  for (const block of draft.authBlocks) {
    const read = block.words[0] === "auth_hmac" ? readKeyed : readPlain;
    read(block, draft.authentication, section);
  }
  const writing = { statement, draft, section, around };
  const flavour = writeAddresses(writing);
  const { version } = flavour;
  writeIdentity(writing, flavour);
  writeElection(writing);
  writeTimers(writing, version);
  writeLink(writing, flavour);
  writeGroup(writing);
  const routes = readRoutes(draft.routes, { section, interface: draft.interface });
  if (routes.length > 0) section.set("routes", routes);
  const isStrict = draft.isStrict ?? around.global.isStrict ?? false;
  return writeAuthentication(draft.authentication, { section, version, isStrict });
}

function newDraft(): InstanceDraft {
  return {
    announcements: {},
    notifications: {},
    authentication: { keys: [] },
    tracks: trackLines(),
    addresses: [],
    excluded: [],
    peers: [],
    routes: [],
    authBlocks: [],
  };
}

function writeIdentity(
  { statement, draft, section, around }: Writing,
  { version, family }: Flavour,
): void {
  const missing = [
    ...(draft.group === undefined ? ["virtual_router_id"] : []),
    ...(draft.interface === undefined ? ["interface"] : []),
  ];
  if (missing.length > 0) section.disable(statement, `it has no ${missing.join(" and no ")}`);
  if (draft.group !== undefined) section.set("group", draft.group);
  if (draft.interface !== undefined) section.set("interface", draft.interface);
  if (version === 3) section.set("version", 3);
  const hasOldSum = draft.hasVersion2Checksum ?? around.global.hasVersion2Checksum;
  if (hasOldSum && version === 3 && family === 4) section.set("v3_checksum", "rfc9568");
}

/** What keepalived does by default is not what we do: preemption is always written. */
function writeElection({ draft, section }: Writing): void {
  const { priority, isMaster, noPreempt, preemptDelay } = draft;
  if (priority !== undefined) {
    section.set("priority", Math.min(254, priority.value));
    if (priority.value === 255) {
      section.remark(
        priority.statement,
        "254: an owner is who has the addresses on the interface itself, and is 255 by that",
      );
    }
  }
  // keepalived 2 says so at start, too, and goes on as if they were not there.
  const given = [noPreempt, preemptDelay?.statement].filter((entry) => entry !== undefined);
  if (isMaster) {
    for (const entry of given) section.remark(entry, "keepalived ignores it with state MASTER");
  }
  const preempts = noPreempt === undefined || isMaster === true;
  section.set("preemption", preempts, preempts ? "on by default there, off here" : undefined);
  if (preemptDelay !== undefined && !isMaster) section.set("preempt_delay", preemptDelay.valueS);
}

function writeTimers({ draft, section, around }: Writing, version: 2 | 3): void {
  const announcements = announcementKeys(draft.announcements, around.global.announcements);
  const written = draft.advert?.valueS ?? 1;
  const advert = version === 2
    ? Math.max(1, Math.round(written))
    : Math.min(40.95, Math.round(Math.round(written * 1000) / 10) / 100);
  if (draft.advert !== undefined && advert !== written) {
    const unit = version === 2 ? "whole seconds" : "hundredths of one, 40.95 at most";
    section.remark(draft.advert.statement, `${advert} is taken: version ${version} has ${unit}`);
  }
  section.set("timers", { advert, ...announcements });
}

function writeLink({ draft, section, around }: Writing, { family }: Flavour): void {
  const source = sourceOf(draft, section, family);
  const hasPeers = writeUnicast(draft, { section, family, source });
  if (draft.macvlan === undefined) {
    section.set("vmac", false, "without use_vmac the interface's own MAC is used");
  } else {
    section.set("iftype", "macvlan");
    const name = freeName(draft, around, family);
    if (name !== undefined) section.set("vifname", name);
  }
  if (source !== undefined && !hasPeers) section.set("source", source);
  const isStrict = draft.isStrict ?? around.global.isStrict ?? false;
  const accept = draft.accept ?? !(isStrict && draft.priority?.value !== 255);
  if (!accept) section.set("accept", false);
}

/** The macvlan's name, as keepalived has it; `undefined` leaves it to the daemon. */
function freeName(
  { macvlan, group = 0 }: InstanceDraft,
  { global: { vmacPrefix = "vrrp" }, interfaceNames }: Surroundings,
  family: Family,
): string | undefined {
  const own = family === 6 ? [`${vmacPrefix}6.${group}`] : [];
  const names = macvlan?.name === undefined ? [`${vmacPrefix}.${group}`, ...own] : [macvlan.name];
  const name = names.find((one) => /^[^\s/:%]{1,15}$/.test(one) && !interfaceNames.has(one));
  if (name !== undefined) interfaceNames.add(name);
  return name;
}

/** keepalived goes by the addresses' family, and takes no source of the other one. */
function sourceOf(
  { source }: InstanceDraft,
  section: Section,
  family: Family,
): string | undefined {
  if (source === undefined) return undefined;
  if (parseIp(source.text)?.family === family) return source.text;
  section.remark(source.statement, `no IPv${family} address: left out`);
  return undefined;
}

/** Sync group, tracking and programs: what members of a group have of it. */
function writeGroup({ statement, draft, section, around }: Writing): void {
  const name = statement.words[1] ?? "";
  const group = around.groups.find(({ members }) => members.includes(name));
  if (group !== undefined) section.set("sync_group", asName(group.name));
  writeTracking({ own: draft.tracks, group: group?.tracks }, {
    section,
    scripts: around.scripts,
    files: around.files,
    ownInterface: draft.interface ?? "",
    ignoresWeights: group !== undefined && !group.allowsWeights,
  });
  // The group's programs run once: with its first member.
  const ofGroup = group?.members[0] === name ? group.notifications : {};
  writeNotifications(merged(draft.notifications, ofGroup, section), {
    section,
    findProgram: around.findProgram,
  });
}

function merged(own: Notifications, ofGroup: Notifications, section: Section): Notifications {
  for (const [kind, { statement }] of Object.entries(ofGroup)) {
    if (Object.hasOwn(own, kind)) {
      section.remark(
        statement,
        "the group's first member has one of its own: the group's is left out",
      );
    }
  }
  return { ...ofGroup, ...own };
}
