import { InvalidArgumentError } from 'commander';

const MS_OF_UNIT = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const MINUTE_MS = MS_OF_UNIT.m;

const TERM = /(\d{1,9})([smhd])/g;
const DURATION = /^(\d{1,9}[smhd])+$/;

/** Reads a length of time such as `90s`, `10m` or `1h30m`. @returns milliseconds */
export function parseDuration(text: string): number {
  if (!DURATION.test(text)) throw new InvalidArgumentError('Give a time such as 90s, 10m, 2h or 1h30m.');
  return [...text.matchAll(TERM)].reduce((sumMs, [, amount, unit]) => sumMs + Number(amount) * msOf(unit), 0);
}

/** Reads the length of a lease. @returns whole minutes, which the API wants */
export function parseMinutes(text: string): number {
  const minutes = parseDuration(text) / MINUTE_MS;
  if (minutes < 1 || !Number.isInteger(minutes)) {
    throw new InvalidArgumentError('Give whole minutes, such as 30m, 2h or 1d.');
  }
  return minutes;
}

function msOf(unit: string | undefined): number {
  return MS_OF_UNIT[unit as keyof typeof MS_OF_UNIT];
}
