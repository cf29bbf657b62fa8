import { describe, expect, it } from '@jest/globals';
import { Refused, Unreachable } from '../../../lambda/client/refused.ts';
import { isAway, isForbidden, isRefused, isSessionEnd, sentenceOf } from '../../../lambda/console/faults.ts';
import { apiUrlOf } from '../../../lambda/console/place.ts';
import { powerText, spokenCounts } from '../../../lambda/console/pools/counts.ts';
import { clock, distance, spoken } from '../../../lambda/console/time.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

describe('the clock of a lease', () => {
  it.each([
    { ms: -5, text: '00:00', said: '0 seconds' },
    { ms: 1, text: '00:01', said: '1 second' },
    { ms: 61 * SECOND, text: '01:01', said: '1 minute' },
    { ms: 8 * HOUR, text: '8:00:00', said: '8 hours' },
    { ms: 51 * HOUR + 60 * SECOND, text: '2 d 03:01:00', said: '2 days 3 hours' },
  ])('shows $text', ({ ms, text, said }) => {
    expect([clock(ms), spoken(ms)]).toEqual([text, said]);
  });
});

describe('a distance in time', () => {
  it.each([
    { iso: '2026-11-21T11:57:00Z', text: '3 min ago' },
    { iso: '2026-11-21T12:00:20Z', text: 'now' },
    { iso: '2026-11-21T14:00:00Z', text: 'in 2 h' },
    { iso: '2026-11-18T12:00:00Z', text: '3 d ago' },
  ])('is $text', ({ iso, text }) => {
    expect(distance(iso, Date.parse('2026-11-21T12:00:00Z'))).toBe(text);
  });
});

describe('the address of the API', () => {
  it.each([
    { pathname: '/resources', url: 'https://a.example/resources' },
    { pathname: '/resources/', url: 'https://a.example/resources' },
    { pathname: '/', url: 'https://a.example' },
    { pathname: '/lab/pool//', url: 'https://a.example/lab/pool' },
  ])('of the page at $pathname is $url', ({ pathname, url }) => {
    expect(apiUrlOf({ origin: 'https://a.example', pathname })).toBe(url);
  });
});

describe('a fault in words', () => {
  const id = new Headers({ 'x-request-id': 'R-1' });
  it.each([
    { fault: new Refused(409, { detail: 'alice already holds vm-01' }), text: 'Alice already holds vm-01.' },
    { fault: new Refused(500, { detail: 'something went wrong' }, id), text: 'Something went wrong. Request R-1.' },
    { fault: new Refused(503), text: 'The API answered with the status 503.' },
    {
      fault: new Refused(400, { errors: [{ field: 'minutes', message: 'must be a whole number from 1' }] }),
      text: 'Minutes must be a whole number from 1.',
    },
    { fault: new Unreachable('https://a.example', undefined), text: 'The API does not answer.' },
    { fault: new TypeError('odd'), text: 'odd' },
  ] satisfies { fault: Error; text: string }[])('is "$text"', ({ fault, text }) => {
    expect(sentenceOf(fault)).toBe(text);
  });

  it('tells an end of the session, a missing right and an API that is away apart', () => {
    const faults = [new Refused(401), new Refused(403), new Refused(502), new Unreachable('x', undefined)];
    expect(faults.map(isSessionEnd)).toEqual([true, false, false, false]);
    expect(faults.map(isForbidden)).toEqual([false, true, false, false]);
    expect(faults.map(isAway)).toEqual([false, false, true, true]);
    expect(isRefused(new Refused(404, { code: 'no_lease' }), 'no_lease')).toBe(true);
  });
});

describe('what stopped VMs save', () => {
  it('is said in whole hours', () => {
    expect(powerText({ running: 2, stopped: 6, minRunning: 2, hoursSaved: 0.6 })).toBe(
      'Of the free VMs 2 run; 6 are stopped, and start when they are lent. That has saved 1 hour.',
    );
  });
});

describe('the picture of a pool in words', () => {
  it('names what there is, and always the free and the lent ones', () => {
    const none = { free: 0, leased: 0, checking: 0, quarantined: 0, drained: 0 };
    expect(spokenCounts('lab', { ...none, free: 1, drained: 2 })).toBe('Pool lab, 3 VMs: 1 free, 0 lent, 2 drained');
    expect(spokenCounts('lab', none)).toBe('Pool lab, 0 VMs: 0 free, 0 lent');
  });
});
