import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { VISITS } from './visits.ts';

/** Calls the function with each event, as Lambda does, and writes what it answered or threw to standard error. */
const CALLER = `
  import { handler } from './lambda/visitor.ts';
  for (const event of JSON.parse(process.argv[1])) {
    const answer = await handler(event).catch((error) => ({ threw: error.message }));
    process.stderr.write(JSON.stringify(answer) + '\\n');
  }
`;

/** Answers of the function and what it has logged. The environment is empty: it needs no setting. */
async function call(events: readonly unknown[]): Promise<{ answers: unknown[]; log: string }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--no-warnings', '--input-type=module', '-e', CALLER, JSON.stringify(events)],
    { cwd: fileURLToPath(new URL('../../..', import.meta.url)), stdio: ['ignore', 'pipe', 'pipe'], env: {} },
  );
  const [log, answers] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return {
    answers: answers
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    log,
  };
}

describe('the visitor function', () => {
  it('answers a report and logs one line a visit, without keys', async () => {
    // Nobody listens there: the port is for multiplexers, which are not in use any longer.
    const vm = { id: 'vm-01', ip: '127.0.0.1', port: 1 };
    const { answers, log } = await call([
      { ...VISITS.command, vm },
      { ...VISITS.command, vm, login: { ...VISITS.command.login, certificate: 'MARKED-SECRET' } },
    ]);
    const reason = 'refuses the connection (connecting)';
    expect(answers).toEqual([
      { ok: false, reason },
      { threw: 'the event is not a visit; wrong are login.certificate' },
    ]);
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      {
        timestamp: expect.any(String),
        level: 'WARN',
        message: 'visited a VM',
        vmId: 'vm-01',
        kind: 'command',
        ok: false,
        reason,
        durationMs: expect.any(Number),
      },
    ]);
    expect(JSON.stringify([answers, log])).not.toContain('SECRET');
  });
});
