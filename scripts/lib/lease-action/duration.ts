const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a text such as `90s`, `10m`, `2h` or `0`; undefined for another text. */
export function durationMs(text: string): number | undefined {
  if (text === '0') return 0;
  const [, amount, unit = ''] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  return unitMs === undefined ? undefined : Number(amount) * unitMs;
}
