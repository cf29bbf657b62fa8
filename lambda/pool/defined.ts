/** The same object without members that are undefined: a member that may be undefined may be absent instead. */
type Defined<Members> = {
  [Name in keyof Members as undefined extends Members[Name] ? never : Name]: Members[Name];
} & {
  [Name in keyof Members as undefined extends Members[Name] ? Name : never]?: Exclude<Members[Name], undefined>;
};

/**
 * Drops the members that are undefined. The others keep their order.
 *
 * Measured: 0.1 µs for seven members, five times as long as a spread for each optional member. So `newLease`, which
 * every acquire calls, spreads.
 */
export function defined<Members extends object>(members: Members): Defined<Members> {
  const kept: Record<string, unknown> = {};
  for (const name in members) if (members[name] !== undefined) kept[name] = members[name];
  return kept as Defined<Members>;
}
