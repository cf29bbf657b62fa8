import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CALLER, fakeDeployment } from '../../support/api/fake-deployment.ts';
import { tracked } from '../../support/processes/child-processes.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = tracked(
    spawn(process.execPath, ['--import', 'tsx', 'scripts/lib/smoke-test/main.ts', ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, exitCode };
}

describe('scripts/smoke-test', () => {
  it.each([{ guard: 'iam' }, { guard: 'jwt' }] as const)(
    'ends with 0 and never prints what proves the identity: $guard',
    async ({ guard }) => {
      const { url, calls, close } = await fakeDeployment({ guard });
      closings.push(close);
      const { stdout, stderr, exitCode } = await run([`${url}/`], CALLER);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('is given back');
      const secrets = Object.entries(CALLER).flatMap(([name, value]) => (name === 'AWS_REGION' ? [] : [value]));
      const sent = calls.flatMap(({ headers }) => headers.authorization?.match(/[^ =]{8,}$/) ?? []);
      expect(sent.length).toBeGreaterThan(3);
      for (const secret of [...secrets, ...sent, 'PRIVATE KEY', 'privateKey']) expect(stdout).not.toContain(secret);
    },
  );

  it('ends with 1 when a step fails', async () => {
    const reply = ({ route }: { route: string }) =>
      route === 'GET /health' ? { status: 400, body: { code: 'odd', detail: '\u001b[2J' } } : undefined;
    const { url, close } = await fakeDeployment({ guard: 'none', reply });
    closings.push(close);
    const { stdout, exitCode } = await run([url]);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: 'FAILED  GET /health: expected 200; got 400 odd "\\u001b[2J"\n',
    });
  });

  it('names the variables that the deployment needs, and ends with 2', async () => {
    const { url, close } = await fakeDeployment({ guard: 'jwt' });
    closings.push(close);
    const { stderr, exitCode } = await run([url]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'smoke-test: this deployment wants a token of https://id.example: set VM_POOL_TOKEN\n',
    });
  });

  it.each([
    { args: [], says: 'give one API_URL' },
    { args: ['https://a.example', 'https://b.example'], says: 'give one API_URL' },
    { args: ['--force'], says: "Unknown option '--force'" },
    { args: ['vms.example.com'], says: 'must be a URL' },
    { args: ['http://vms.example.com'], says: 'must begin with https://' },
    { args: ['https://vms.example.com/?a=b'], says: 'must end with its path' },
  ])('refuses $args and ends with 2', async ({ args, says }) => {
    const { stderr, exitCode } = await run(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
  });

  it('explains itself', async () => {
    const { stdout, exitCode } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('scripts/smoke-test API_URL');
  });
});
