import { InvalidArgumentError } from 'commander';
import { durationMs } from '../duration.ts';

const MINUTE_MS = 60_000;

/** Reads a length of time such as `90s`, `10m` or `1h30m`. @returns milliseconds */
export function parseDuration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('Give a time such as 90s, 10m, 2h or 1h30m.');
  return ms;
}

/** Reads the length of a lease. @returns whole minutes, which the API wants */
export function parseMinutes(text: string): number {
  const minutes = parseDuration(text) / MINUTE_MS;
  if (minutes < 1 || !Number.isInteger(minutes)) {
    throw new InvalidArgumentError('Give whole minutes, such as 30m, 2h or 1d.');
  }
  return minutes;
}
