import { describe, expect, it } from '@jest/globals';
import { runBounded } from '../../../scripts/lib/mcp/bounded-process.ts';

const bounds = (more: Partial<Parameters<typeof runBounded>[2]> = {}) => ({
  timeoutMs: 20_000,
  maxOutput: 1_000,
  signal: new AbortController().signal,
  graceMs: 100,
  ...more,
});

const sh = (script: string, stdin = '', more = {}) => runBounded(['sh', '-c', script], stdin, bounds(more));

describe('runBounded', () => {
  it('keeps both streams apart, and the exit code', async () => {
    expect(await sh('cat; echo bad >&2; exit 7', 'good')).toMatchObject({
      exitCode: 7,
      stdout: { text: 'good' },
      stderr: { text: 'bad\n' },
      isTimedOut: false,
    });
  });

  it('keeps little of 100 MB', async () => {
    const { stdout, exitCode } = await sh('head -c 100000000 /dev/zero | tr "\\0" a');
    expect(exitCode).toBe(0);
    expect(stdout).toMatchObject({ bytes: 100_000_000, isCut: true });
    expect(stdout.text.length).toBeLessThan(1_100);
  });

  it.each([
    { what: 'never stops writing', script: 'yes' },
    { what: 'never writes', script: 'sleep 60' },
    { what: 'ignores the first signal', script: 'trap "" TERM; while :; do sleep 0.1; done' },
    { what: 'leaves a child with its pipes', script: 'trap "" TERM; sleep 60 & wait' },
  ])('ends a process that $what', async ({ script }) => {
    const { isTimedOut, tookMs } = await sh(script, '', { timeoutMs: 200 });
    expect(isTimedOut).toBe(true);
    expect(tookMs).toBeLessThan(10_000);
  });

  it('ends a process whose reader has gone', async () => {
    const gone = new AbortController();
    const running = sh('sleep 60', '', { signal: gone.signal });
    gone.abort();
    expect(await running).toMatchObject({ exitCode: null, isTimedOut: false });
    expect(await sh('sleep 60', '', { signal: gone.signal })).toMatchObject({ exitCode: null });
  });

  it('gives a process that reads nothing all the same', async () => {
    expect(await sh('exit 3', 'x'.repeat(1_000_000))).toMatchObject({ exitCode: 3 });
  });

  it('says that a program is missing', async () => {
    await expect(runBounded(['no-such-program'], '', bounds())).rejects.toThrow('ENOENT');
  });
});
