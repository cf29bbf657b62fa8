const MS_OF_UNIT = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const TERM = /(\d{1,9})([smhd])/g;
const DURATION = /^(\d{1,9}[smhd])+$/;

/** A length of time such as `90s`, `10m` or `1h30m`, in milliseconds; undefined for any other text. */
export function durationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  return [...text.matchAll(TERM)].reduce((sumMs, [, amount, unit]) => sumMs + Number(amount) * msOf(unit), 0);
}

function msOf(unit: string | undefined): number {
  return MS_OF_UNIT[unit as keyof typeof MS_OF_UNIT];
}
