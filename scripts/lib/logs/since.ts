const MS_OF_UNIT = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const AGO = /^(\d{1,9})([smhd])$/;
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Reads a point in the past: how long ago (`90s`, `15m`, `2h`, `1d`) or an ISO 8601 time, UTC unless it says otherwise,
 * as the times in the log are.
 *
 * @param nowMs - current time, epoch milliseconds
 * @returns epoch milliseconds, or nothing for a text that does not name such a point
 */
export function parseSince(text: string, nowMs: number): number | undefined {
  const sinceMs = agoMs(text, nowMs) ?? isoMs(text);
  return sinceMs === undefined || sinceMs > nowMs ? undefined : Math.max(0, sinceMs);
}

function agoMs(text: string, nowMs: number): number | undefined {
  const [, amount, unit] = AGO.exec(text) ?? [];
  return unit === undefined ? undefined : nowMs - Number(amount) * MS_OF_UNIT[unit as keyof typeof MS_OF_UNIT];
}

function isoMs(text: string): number | undefined {
  const [, date, time = '00:00', zone = 'Z'] = ISO_TIME.exec(text) ?? [];
  if (date === undefined || !isInCalendar(date)) return undefined;
  const timeMs = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** Date.parse takes 30 February for 2 March. */
function isInCalendar(date: string): boolean {
  const dayMs = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(dayMs) && new Date(dayMs).toISOString().startsWith(date);
}
