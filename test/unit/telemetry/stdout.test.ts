import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const LINES = 2_000;
const LONG_TEXT = 'ü'.repeat(500);

/** Writes more than a pipe holds and ends at once. Using `process.stdout` first makes the pipe non-blocking. */
const WRITER = `
  import { writeLine } from './lambda/telemetry/stdout.ts';
  process.stdout.write('');
  for (let n = 0; n < ${LINES}; n += 1) writeLine(n + ' ${LONG_TEXT}');
  process.exit();
`;

describe('writing lines to standard output', () => {
  it('loses nothing when the reader is slow and the writer exits at once', async () => {
    const writer = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', WRITER], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await sleep(500);
    const lines = (await text(writer.stdout)).split('\n');
    expect(lines).toEqual([...Array.from({ length: LINES }, (_, n) => `${n} ${LONG_TEXT}`), '']);
  });
});
