/** Tries a deployment with a canary: what `scripts/smoke-test` runs. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../api-client/client.ts';
import { identityFor } from '../client/identity.ts';
import { IdentityMissing } from '../client/identity-options.ts';
import { visible } from '../logs/terminal.ts';
import { borrowAndRelease } from './canary.ts';
import { meet } from './deployment.ts';
import type { Options } from './options.ts';
import { HELP, OptionsError, parseOptions } from './options.ts';
import { StepFailed } from './step.ts';

const FAILED = 1;
const MISUSED = 2;

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(HELP);
  else await test(options);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

async function test({ url }: Options): Promise<void> {
  const ports = { clock: Date.now, sleep: (ms: number) => sleep(ms), say: console.log };
  const signIn = await meet(url, ports);
  const api = new ApiClient(url, await identityFor(signIn, url, { env: process.env }));
  const who = signIn.authorization === 'none' ? { userid: `canary-${randomBytes(4).toString('hex')}` } : {};
  await borrowAndRelease({ api, who }, ports);
}

/** The report already shows why a step failed. */
function exitCodeOf(error: unknown): number {
  if (error instanceof StepFailed) return FAILED;
  if (!(error instanceof OptionsError || error instanceof IdentityMissing)) throw error;
  console.error(`smoke-test: ${visible(error.message)}`);
  return MISUSED;
}
