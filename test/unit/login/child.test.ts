import { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runChild } from '../../../scripts/lib/login/child.ts';

let folder: string;
let log: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-child-'));
  log = path.join(folder, 'log');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A shell that notes the signals it gets, and ends after the second. */
const NOTES = `n=0; for s in INT TERM HUP; do trap "echo $s >> '$LOG'; n=\\$((n+1))" $s; done
echo ready > "$LOG"; while [ $n -lt 2 ]; do sleep 0.02; done; exit 7`;

async function noted(pattern: RegExp): Promise<void> {
  while (!pattern.test(await readFile(log, 'utf8').catch(() => ''))) await sleep(10);
}

function shell(script: string, signals = new EventEmitter(), hasTerminal = false, said: string[] = []) {
  const around = { signals, hasTerminal, say: (sentence: string) => said.push(sentence) };
  return runChild(['sh', '-c', script], { ...process.env, LOG: log }, around);
}

describe('runChild', () => {
  it('returns the exit code of the program', async () => {
    expect(await shell('exit 7')).toBe(7);
  });

  it('names the signal that ended it as a shell does', async () => {
    expect(await shell('kill -TERM $$')).toBe(128 + 15);
  });

  it('passes each signal on once, and waits for the program all the same', async () => {
    const signals = new EventEmitter();
    const code = shell(NOTES, signals);
    await noted(/ready/);
    signals.emit('SIGINT');
    await noted(/INT/);
    signals.emit('SIGTERM');
    expect(await code).toBe(7);
    expect(await readFile(log, 'utf8')).toBe('ready\nINT\nTERM\n');
    expect(signals.eventNames()).toEqual([]);
  });

  it('leaves to the terminal what the terminal sends itself', async () => {
    const signals = new EventEmitter();
    const code = shell(NOTES, signals, true);
    await noted(/ready/);
    signals.emit('SIGINT');
    signals.emit('SIGHUP');
    await noted(/HUP/);
    signals.emit('SIGTERM');
    expect(await code).toBe(7);
    expect(await readFile(log, 'utf8')).toBe('ready\nHUP\nTERM\n');
  });

  it.each([
    { what: 'a program that is missing', program: 'no-such-program', code: 127 },
    { what: 'a file that is not a program', program: '/', code: 126 },
  ])('says that it can not start $what', async ({ program, code }) => {
    const said: string[] = [];
    const around = { signals: new EventEmitter(), hasTerminal: false, say: (sentence: string) => said.push(sentence) };
    expect(await runChild([program], process.env, around)).toBe(code);
    expect(said).toEqual([expect.stringMatching(new RegExp(`^${program} can't be started: `))]);
  });
});
