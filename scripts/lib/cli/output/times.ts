const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

const WORDS = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** A time of the API with how far away it is: `2026-11-21T13:00:00Z (in 59 minutes)`. */
export function timeWithDistance(iso: string, nowMs: number): string {
  const atMs = Date.parse(iso);
  return Number.isNaN(atMs) ? iso : `${iso} (${distance(atMs - nowMs)})`;
}

/** Such as `in 3 hours` or `5 minutes ago`, in the largest unit of which there are two. */
export function distance(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, size]) => Math.abs(ms) >= 2 * size) ?? UNITS[3];
  return WORDS.format(Math.trunc(ms / unitMs), unit);
}

/** Such as `9 min` or `45 s`: what is left of a time to wait. */
export function left(ms: number): string {
  return ms >= 120_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.max(0, Math.ceil(ms / 1000))} s`;
}

/** Minutes as people say them: `8 h`, `1 h 30 min`, `7 d`. */
export function minutesText(minutes: number): string {
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}
