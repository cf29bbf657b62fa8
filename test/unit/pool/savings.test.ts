import { describe, expect, it } from '@jest/globals';
import { addedUp } from '../../../lambda/pool/savings.ts';

const before = { atSec: 1_000, pools: { lab: { stopped: 1, stoppedSec: 500 } } };

describe('addedUp', () => {
  it('adds the time since the last look for each stopped VM', () => {
    expect(addedUp(before, new Map([['lab', 3]]), 1_060)).toEqual({
      atSec: 1_060,
      pools: { lab: { stopped: 3, stoppedSec: 680 } },
    });
  });

  it('adds at most five minutes: nobody knows what VMs did in a longer gap', () => {
    expect(addedUp(before, new Map([['lab', 2]]), 9_000)).toMatchObject({ pools: { lab: { stoppedSec: 1_100 } } });
  });

  it.each([999, 1_000])('adds nothing to a look of the same moment or a later one (%d)', (nowSec) => {
    expect(addedUp(before, new Map([['lab', 3]]), nowSec)).toBeUndefined();
  });

  it('keeps what a pool has saved that has no stopped VM now', () => {
    expect(addedUp(before, new Map([['large', 1]]), 1_060)?.pools).toEqual({
      lab: { stopped: 0, stoppedSec: 500 },
      large: { stopped: 1, stoppedSec: 60 },
    });
  });

  it('begins with the first stopped VM', () => {
    expect(addedUp(undefined, new Map([['lab', 0]]), 1_000)).toBeUndefined();
    expect(addedUp(undefined, new Map([['lab', 2]]), 1_000)).toEqual({
      atSec: 1_000,
      pools: { lab: { stopped: 2, stoppedSec: 0 } },
    });
  });
});
