/** A time of the API with how far away it is: `2026-11-21T13:00:00Z (in 59 min)`. */
export function timeWithDistance(iso: string, nowMs: number): string {
  const atMs = Date.parse(iso);
  return Number.isNaN(atMs) ? iso : `${iso} (${distance(atMs - nowMs)})`;
}

/** Such as `in 3 h 5 min` or `45 s ago`: to the second below two minutes, to the hour from a day on. */
export function distance(ms: number): string {
  return ms >= 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
}

function span(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutesText(minutes < 1440 ? minutes : Math.round(minutes / 60) * 60);
}

/** The rest of a wait, such as `9 min` or `45 s`. */
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
