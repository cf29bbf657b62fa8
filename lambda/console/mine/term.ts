/** The lengths of a lease that the page offers. */
import type { Option } from '../parts/option.ts';
import { length, moment } from '../time.ts';

/** How long the leases of a pool may be, minutes. */
export interface Limits {
  readonly defaultMinutes: number;
  readonly maxMinutes: number;
}

/** One of the lengths to choose from, minutes. */
export type Choice = Option<number>;

const HOUR = 60;
const DAY = 24 * HOUR;
const USUAL = [15, 30, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY];

/** Lengths of a new lease. */
export function firstTerms({ defaultMinutes, maxMinutes }: Limits): readonly Choice[] {
  const lengths = new Set([...USUAL.filter((minutes) => minutes < maxMinutes), defaultMinutes, maxMinutes]);
  return [...lengths].sort((a, b) => a - b).map((minutes) => ({ value: minutes, label: length(minutes) }));
}

/**
 * Lengths to which a lease can be extended, from now. The last one is as long as the pool allows.
 *
 * @returns none when the lease ends as late as it may
 */
export function laterTerms(
  { acquiredAt, expiresAt }: { readonly acquiredAt: string; readonly expiresAt: string },
  { maxMinutes }: Limits,
  nowMs: number,
): readonly Choice[] {
  const leftMinutes = (Date.parse(expiresAt) - nowMs) / 60_000;
  // A minute less: by the time the call arrives, the same length would end too late.
  const mostMinutes = Math.floor((Date.parse(acquiredAt) - nowMs) / 60_000 + maxMinutes) - 1;
  if (mostMinutes <= leftMinutes) return [];
  const usual = USUAL.filter((minutes) => minutes > leftMinutes && minutes < mostMinutes);
  const latest = moment(new Date(nowMs + mostMinutes * 60_000).toISOString(), nowMs);
  return [
    ...usual.map((minutes) => ({ value: minutes, label: length(minutes) })),
    { value: mostMinutes, label: `as long as possible, until ${latest}` },
  ];
}

/** The choice to begin with: the usual length of the pool, or the next longer one. */
export function usualTerm(choices: readonly Choice[], { defaultMinutes }: Limits): number | undefined {
  return (choices.find(({ value }) => value >= defaultMinutes) ?? choices.at(-1))?.value;
}
