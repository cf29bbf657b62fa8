import { describe, expect, it } from '@jest/globals';
import type { CleanerRun } from '../../../../lambda/providers/ssh/cleaner.ts';
import { bootedAtSecOf, cleanerVerdict } from '../../../../lambda/providers/ssh/cleaner.ts';

const SEC = 1_800_000_000;
const RUN: CleanerRun = { command: 'clean', serial: 7, startedMs: SEC * 1000 + 900, endedMs: SEC * 1000 + 4_100 };
const RIGHT = `clock ${SEC}\nok clean 7\n`;

function verdict(output: string, exitStatus = 0, run: Partial<CleanerRun> = {}) {
  return cleanerVerdict({ ...RUN, ...run }, { ok: true, exitStatus, output });
}

describe('the cleaner passes a VM', () => {
  it.each([
    { what: 'that is clean', output: RIGHT, run: {} },
    { what: 'whose shell says more before', output: `hello\n${RIGHT}`, run: {} },
    { what: 'that ends its lines as Windows does', output: `clock ${SEC}\r\nok clean 7\r\n`, run: {} },
    { what: 'that is well', output: `clock ${SEC}\nok check\n`, run: { command: 'check' as const } },
    { what: 'whose clock is 30 s behind', output: `clock ${SEC - 30}\nok clean 7\n`, run: {} },
    { what: 'whose clock is 30 s ahead', output: `clock ${SEC + 5 + 30}\nok clean 7\n`, run: {} },
  ])('$what', ({ output, run }) => {
    expect(verdict(output, 0, run)).toEqual({ passed: true });
  });
});

describe('the cleaner fails a VM', () => {
  it.each([
    {
      what: 'that answers another run',
      output: `clock ${SEC}\nok clean 6`,
      reason: 'the cleaner ended with 0 at "clean": ok clean 6',
    },
    {
      what: 'that was only checked',
      output: `clock ${SEC}\nok check`,
      reason: 'the cleaner ended with 0 at "clean": ok check',
    },
    {
      what: 'that says more afterwards',
      output: `${RIGHT}or not`,
      reason: 'the cleaner ended with 0 at "clean": or not',
    },
    { what: 'that says nothing', output: '', reason: 'the cleaner ended with 0 at "clean": it says nothing' },
    { what: 'that names no time', output: 'ok clean 7', reason: 'the cleaner does not say what time it is on the VM' },
    {
      what: 'that names two times',
      output: `clock ${SEC}\n${RIGHT}`,
      reason: 'the cleaner does not say what time it is on the VM',
    },
    {
      what: 'whose clock is behind',
      output: `clock ${SEC - 31}\nok clean 7`,
      reason: 'the clock of the VM is 31 s behind; let NTP set it',
    },
    {
      what: 'whose clock is ahead',
      output: `clock ${SEC + 5 + 31}\nok clean 7`,
      reason: 'the clock of the VM is 31 s ahead; let NTP set it',
    },
    {
      what: 'whose cleaner failed, though it says that all is well',
      output: RIGHT,
      exitStatus: 1,
      reason: 'the cleaner ended with 1 at "clean": ok clean 7',
    },
    {
      what: 'whose answer could forge a log',
      output: `\u001b[2Jbad\u202e ${'x'.repeat(300)}`,
      exitStatus: 1,
      reason: `the cleaner ended with 1 at "clean": ?[2Jbad? ${'x'.repeat(191)}`,
    },
    {
      what: 'without a cleaner',
      output: 'sh: 1: /usr/local/sbin/vm-pool-clean: not found',
      exitStatus: 127,
      reason: 'the VM has no cleaner that can be run; enroll it again with scripts/enroll',
    },
    {
      what: 'that waits without saying how long',
      output: 'wait for me',
      exitStatus: 75,
      reason: 'the cleaner wants to wait, but says: wait for me',
    },
  ])('$what', ({ output, exitStatus = 0, reason }) => {
    expect(verdict(output, exitStatus)).toEqual({ passed: false, reason });
  });

  it('whose command was cut off', () => {
    expect(cleanerVerdict(RUN, { ok: true, output: RIGHT })).toEqual({
      passed: false,
      reason: 'the cleaner was cut off at "clean": ok clean 7',
    });
  });
});

describe('the cleaner may wait', () => {
  it.each([
    { seconds: '5', againInSec: 5 },
    { seconds: '0', againInSec: 1 },
    { seconds: '9999', againInSec: 600 },
  ])('$seconds s, but in all at most 10 minutes', ({ seconds, againInSec }) => {
    const waitingFor = 'the cleaner waits: another run has not ended yet';
    expect(verdict(`wait ${seconds} another run has not ended yet`, 75)).toEqual({
      waitingFor,
      againInSec,
      withinSec: 600,
    });
  });

  it('only when its exit status says so too', () => {
    expect(verdict('wait 5 another run', 0)).toMatchObject({ passed: false });
  });
});

describe('when a VM has booted, by its cleaner,', () => {
  const bootedAtSec = (output: string) => bootedAtSecOf(RUN, { ok: true, exitStatus: 0, output });

  it('is the earliest second that the VM can mean, whose seconds are whole ones', () => {
    expect(bootedAtSec(`clock ${SEC}\nup 40\nok clean 7\n`)).toBe(SEC - 41);
  });

  it.each([
    { what: 'that is of an earlier release', output: RIGHT },
    { what: 'that names two times', output: `up 1\nup 2\n${RIGHT}` },
    { what: 'that could not read it', output: `up \n${RIGHT}` },
    { what: 'that says nothing', output: '' },
  ])('is not known from a cleaner $what', ({ output }) => {
    expect(bootedAtSec(output)).toBeUndefined();
  });
});
