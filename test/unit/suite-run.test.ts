import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Suite } from '../../scripts/lib/suite-run.ts';
import { runKept } from '../../scripts/lib/suite-run.ts';

/** What the run has shown, in pieces. */
let shown: string[];

beforeEach(() => {
  shown = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    shown.push(String(piece));
    return true;
  });
  jest.spyOn(console, 'log').mockImplementation((line: string) => void shown.push(`${line}\n`));
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** A suite of scripts for Node. */
function suiteOf(...scripts: string[]): Suite {
  return { about: 'a test', run: scripts.map((script) => [process.execPath, '-e', script]) };
}

function run(suite: Suite, end = new AbortController().signal) {
  return runKept('some', suite, end);
}

describe('a suite beside others', () => {
  it('shows what its commands wrote in one piece, after they have ended', async () => {
    const suite = suiteOf("console.log('one'); console.error('two')", "console.log('three')");
    expect(await run(suite)).toMatchObject({ name: 'some', outcome: 'passed' });
    expect(shown).toEqual(['-- some begins\n', '\n== some: a test\n', 'one\ntwo\nthree\n']);
  });

  it('fails with its first command that fails, and runs none after it', async () => {
    const suite = suiteOf('process.exit(3)', "console.log('never')");
    expect(await run(suite)).toMatchObject({ outcome: 'failed' });
    expect(shown.join('')).not.toContain('never');
  });

  it('fails when a program does not exist', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await run({ about: 'a test', run: [['no-such-program']] })).toMatchObject({ outcome: 'failed' });
  });

  it('does not wait for a program that a command has left behind', async () => {
    const leave = "require('child_process').spawn('sleep', ['5'], { stdio: 'inherit', detached: true }).unref()";
    expect((await run(suiteOf(leave))).seconds).toBeLessThan(5);
  });

  it('shows what it wrote until the run was ended, and fails', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-suite-run-'));
    const note = path.join(folder, 'note');
    const wait = `console.log('so far'); fs.writeFileSync('${note}', ''); setTimeout(() => {}, 60_000)`;
    const end = new AbortController();
    const report = run(suiteOf(wait, "console.log('never')"), end.signal);
    while (!existsSync(note)) await sleep(20);
    end.abort();
    expect(await report).toMatchObject({ outcome: 'failed' });
    expect(shown.at(-1)).toBe('so far\n');
    rmSync(folder, { recursive: true });
  });

  it.each([
    { ci: 'true', outcome: 'failed' },
    { ci: '', outcome: 'skipped' },
  ])('is $outcome where a tool is missing and CI is "$ci"', async ({ ci, outcome }) => {
    const { CI } = process.env;
    process.env.CI = ci;
    const missing = [{ name: 'a tool', install: 'somehow' }];
    try {
      expect(await run({ ...suiteOf("console.log('never')"), missing: () => missing })).toMatchObject({
        outcome,
        missing,
      });
    } finally {
      process.env.CI = CI;
    }
    expect(shown.join('')).not.toContain('never');
  });
});
