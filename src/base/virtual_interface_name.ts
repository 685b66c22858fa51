/** What a macvlan is called where the configuration does not say. */
export function virtualInterfaceName(vrid: number): string {
  return `standby${vrid}`;
}

/** `name`, or with `.2`, `.3` … the first that is not among `taken`, to which it is added. */
export function takeFreeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let suffix = 2; taken.has(free); suffix++) free = `${name}.${suffix}`;
  taken.add(free);
  return free;
}
