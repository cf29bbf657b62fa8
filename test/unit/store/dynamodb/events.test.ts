import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isEventId, newEventId, timeOf } from '../../../../lambda/store/dynamodb/events.ts';

const timeMs = fc.nat({ max: Date.UTC(2100, 0) });

describe('newEventId', () => {
  it("has the time of the process when the VM's last event is earlier", () => {
    expect(timeOf(newEventId(5_000, newEventId(4_999)))).toBe(5_000);
  });

  it('is later than the last event of the VM, whatever the clock shows', () => {
    fc.assert(
      fc.property(timeMs, timeMs, (lastMs, nowMs) => {
        const last = newEventId(lastMs);
        const next = newEventId(nowMs, last);
        const later = { id: next > last, time: timeOf(next) > timeOf(last) };
        expect({ later, isEventId: isEventId(next) }).toEqual({ later: { id: true, time: true }, isEventId: true });
      }),
    );
  });
});

describe('isEventId', () => {
  it.each(['', 'abc', '2026-11-25T12:00:00.000Z', '2026-11-25T12:00:00.000Z-xyz', 'T'.repeat(24) + '-01234567'])(
    'refuses %j',
    (text) => {
      expect(isEventId(text)).toBe(false);
    },
  );
});
