import { type Static, Type } from "@sinclair/typebox";

const CLOSED = { additionalProperties: false } as const;

const StateWord = Type.Unsafe<"Init" | "Backup" | "Master" | "Fault" | "Down">(
  Type.Union(["Init", "Backup", "Master", "Fault", "Down"].map((word) => Type.Literal(word))),
);

const FamilyNumber = Type.Unsafe<4 | 6>(Type.Union([Type.Literal(4), Type.Literal(6)]));

function orNull<T extends Parameters<typeof Type.Union>[0][number]>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

const Moment = Type.String({ description: "RFC 3339, UTC." });

const Origin = Type.Optional(
  Type.Literal("api", {
    description: "There where a client has changed it since the file was read.",
  }),
);

/** A virtual router in a list, as rVRRPd has it. */
const ROW = {
  virtual_ip: Type.String({ description: "The first virtual address." }),
  group: Type.Integer({ minimum: 0, maximum: 255 }),
  interface: Type.String({ description: "The virtual one while Master on a macvlan." }),
  priority: Type.Integer({ minimum: 0, maximum: 255, description: "As configured." }),
  preempt: Type.Boolean(),
  state: StateWord,
  origin: Origin,
};

export const RouterRow = Type.Object(ROW, CLOSED);
export type RouterRow = Static<typeof RouterRow>;

export const RouterRows = Type.Array(RouterRow);

const Peer = Type.Object({ address: Type.String(), priority: Type.Integer() }, CLOSED);

export const TransitionBody = Type.Object({
  sequence: Type.Integer({ minimum: 1 }),
  at: Moment,
  group: Type.Integer({ minimum: 1, maximum: 255 }),
  interface: Type.String(),
  family: FamilyNumber,
  from: StateWord,
  to: StateWord,
  reason: Type.String(),
  fault: orNull(Type.String()),
  fault_text: orNull(Type.String({ description: "What is wrong, for people." })),
  peer: orNull(Peer),
}, CLOSED);
export type TransitionBody = Static<typeof TransitionBody>;

const Count = Type.Integer({ minimum: 0 });

/** What of the stream of events tells of packets that were dropped. */
export const RejectsBody = Type.Object({
  at: Moment,
  rejected: Type.Array(
    Type.Object({
      group: orNull(Type.Integer({ minimum: 1, maximum: 255 })),
      interface: Type.String(),
      family: orNull(FamilyNumber),
      reason: Type.String(),
      count: Count,
    }, CLOSED),
    { description: "Since it was looked before; null: for no virtual router." },
  ),
  left_out: Type.Integer({ minimum: 0, description: "So many more rows there were." }),
}, CLOSED);
export type RejectsBody = Static<typeof RejectsBody>;

const Counters = Type.Object({
  received: Count,
  received_leaving: Count,
  sent: Count,
  sent_leaving: Count,
  send_errors: Count,
  became_master: Count,
  other_addresses: Count,
  wrong_ip_checksum: Count,
  interval_differs: Count,
  checksum_rfc5798: Count,
  checksum_rfc9568: Count,
  rejected: Type.Record(Type.String(), Count, { description: "By reason." }),
}, CLOSED);

/** A virtual router with all there is to know. */
export const RouterDetail = Type.Object({
  ...ROW,
  vif: Type.String({ description: "What carries the addresses while Master." }),
  auth_type: Type.Integer({ minimum: 0, maximum: 255 }),
  interface_hwaddress: Type.String({ pattern: "^[0-9A-F]{2}(:[0-9A-F]{2}){5}$" }),
  advert_interval: Type.Number({ description: "Seconds." }),
  masterdown_interval: Type.Number({ description: "Seconds." }),
  skew_time: Type.Number({ description: "Seconds." }),
  master_interval: orNull(
    Type.Number({ description: "Seconds, of the Master that a Backup of version 3 goes by." }),
  ),
  auth_name: Type.String(),
  version: Type.Integer({ minimum: 2, maximum: 3 }),
  family: FamilyNumber,
  other_family: Type.Optional(
    Type.Unsafe<4 | 6>({
      ...FamilyNumber,
      description:
        "There where the path also means a virtual router of this family: ?family= tells them apart.",
    }),
  ),
  virtual_ips: Type.Array(Type.String()),
  excluded_ips: Type.Array(Type.String()),
  master: orNull(Type.String({ description: "The address of the current Master." })),
  since: Moment,
  reason: orNull(Type.String()),
  fault: orNull(Type.String()),
  fault_text: orNull(
    Type.String({ description: "What is wrong and what to do about it, for people." }),
  ),
  effective_priority: Type.Integer({ minimum: 0, maximum: 255 }),
  forced: orNull(StateWord),
  tracking: Type.Object({ adjustment: Type.Integer(), down: orNull(Type.String()) }, CLOSED),
  counters: Counters,
  transitions: Type.Array(TransitionBody, { description: "The latest ones, the newest last." }),
}, CLOSED);
export type RouterDetail = Static<typeof RouterDetail>;

export const RunGlobal = Type.Object({
  debug: Type.Integer(),
  timestamp: Type.Integer({ description: "The same as timeformat." }),
  timezone: Type.Integer({ description: "0 local, 1 utc." }),
  timeformat: Type.Integer({ description: "0 disabled, 1 short, 2 rfc2822, 3 iso8601." }),
  pid: Type.Integer(),
  working_dir: Type.String(),
  main_log: Type.String(),
  error_log: orNull(Type.String()),
  version: Type.String(),
  uptime: Type.Number({ description: "Seconds." }),
  started: Moment,
  problems: Type.Array(Type.String(), {
    description: "What keeps this API from listening as configured.",
  }),
}, CLOSED);
export type RunGlobal = Static<typeof RunGlobal>;

export const RouteRow = Type.Object({
  destination: Type.String(),
  mask: Type.String({ description: "Of IPv6: the length of the prefix." }),
  next_hop: Type.String(),
  metric: Type.Integer(),
  mtu: Type.Integer({ description: "0: the interface's." }),
  origin: Origin,
}, CLOSED);

export const RouteRows = Type.Array(RouteRow);
export const RunProtocols = Type.Object({ static: RouteRows }, CLOSED);

export const ErrorBody = Type.Object({
  error: Type.String(),
  details: Type.Array(
    Type.Object({ path: Type.String(), message: Type.String() }, CLOSED),
  ),
}, CLOSED);

export const SignedIn = Type.Object({ user: Type.String(), level: Type.Integer() }, CLOSED);

export const Identity = Type.Object({
  user: orNull(Type.String({ description: "null: nobody has signed in." })),
  level: orNull(Type.Integer()),
  may_write: Type.Boolean(),
}, CLOSED);
export type Identity = Static<typeof Identity>;

export const Done = Type.Object({ done: Type.Literal(true) }, CLOSED);

export const Written = Type.Object({
  done: Type.Literal(true),
  remarks: Type.Array(Type.String(), {
    description: "What is lost, ignored or waits for a restart.",
  }),
}, CLOSED);
