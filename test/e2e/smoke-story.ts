import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import type { Authorization } from '../../lambda/http/audience.ts';
import type { RunningEnvironment } from './environment.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/smoke-test', import.meta.url));

/** What the canary reports of an environment, and whom it borrows as. */
const REPORTS = {
  none: { shows: 'anybody may borrow', canary: /canary-[0-9a-f]{8}$/ },
  iam: { shows: 'borrowers sign with AWS credentials', canary: /canary$/ },
  jwt: { shows: 'borrowers send a token', canary: /canary$/ },
};

/** Runs scripts/smoke-test as its users do, with no other credentials than those that the environment asks for. */
export function smokeStory(running: () => RunningEnvironment, authorization: Authorization): void {
  it('passes scripts/smoke-test', async () => {
    const { served, callers } = running();
    const { variables } = await callers.credentialsOf('canary');
    const { PATH = '', HOME = '' } = process.env;
    const { stdout } = await promisify(execFile)(SCRIPT, [served.url], { env: { PATH, HOME, ...variables } });
    const { shows, canary } = REPORTS[authorization];
    expect(stdout.trimEnd().split('\n')).toEqual([
      'ok      GET /health: the service works',
      `ok      GET /sign-in: ${shows}`,
      expect.stringMatching(canary),
      'ok      GET /lease: shows the same lease',
      'ok      POST /getvm: the same Idempotency-Key gets the same lease',
      expect.stringContaining('is given back'),
      'ok      GET /lease: no lease is left',
    ]);
  });
}
