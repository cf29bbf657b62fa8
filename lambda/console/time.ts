/** Times and lengths of time, in words for people. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is left of a lease, as a clock: `7:42:10`, `2 d 07:42:10`. @param ms - less than nothing counts as nothing */
export function clock(ms: number): string {
  const sec = Math.max(0, Math.ceil(ms / 1000));
  const [days, hours] = [Math.floor(sec / DAY), Math.floor((sec % DAY) / HOUR)];
  const [minutes, seconds] = [Math.floor((sec % HOUR) / MINUTE), sec % MINUTE];
  const tail = `${two(minutes)}:${two(seconds)}`;
  if (days > 0) return `${days} d ${two(hours)}:${tail}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The same to be heard: `7 hours 42 minutes`. */
export function spoken(ms: number): string {
  const sec = Math.max(0, Math.ceil(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(sec / DAY), 'day'],
    [Math.floor((sec % DAY) / HOUR), 'hour'],
    [Math.floor((sec % HOUR) / MINUTE), 'minute'],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => counted(count, unit));
  return said.length === 0 ? counted(sec, 'second') : said.slice(0, 2).join(' ');
}

/** A length in minutes: `30 minutes`, `8 hours`, `7 days`, `1 hour 30 minutes`. */
export function length(minutes: number): string {
  return spoken(minutes * MINUTE * 1000);
}

/** A number with its noun: `1 VM`, `3 VMs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A moment as its reader's clock shows it: `18:30` today, `Fri 27 Nov, 18:30` on another day. */
export function moment(iso: string, nowMs: number): string {
  const date = new Date(iso);
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  if (date.toDateString() === new Date(nowMs).toDateString()) return date.toLocaleTimeString(undefined, time);
  return date.toLocaleString(undefined, { weekday: 'short', day: 'numeric', month: 'short', ...time });
}

/** How long ago, or in how long: `3 min ago`, `in 2 h`. */
export function distance(iso: string, nowMs: number): string {
  const sec = (Date.parse(iso) - nowMs) / 1000;
  const size = rough(Math.abs(sec));
  if (size === undefined) return 'now';
  return sec < 0 ? `${size} ago` : `in ${size}`;
}

function rough(sec: number): string | undefined {
  if (sec < MINUTE) return undefined;
  if (sec < HOUR) return `${Math.round(sec / MINUTE)} min`;
  return sec < 2 * DAY ? `${Math.round(sec / HOUR)} h` : `${Math.round(sec / DAY)} d`;
}
