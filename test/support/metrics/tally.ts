/** Counts things by a key. */
export function tally<Item>(items: readonly Item[], keyOf: (item: Item) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of items.map(keyOf)) if (key !== undefined) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
