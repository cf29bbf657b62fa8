/** Proves a deployment on a real AWS account: what `scripts/prove-on-aws` runs. */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { visible } from '../logs/terminal.ts';
import type { Account } from './account.ts';
import { runner } from './commands.ts';
import { findDeployment, NotDeployed } from './deployment.ts';
import { factsOf } from './facts.ts';
import { markdownOf } from './markdown.ts';
import type { Options } from './options.ts';
import { HELP, OptionsError, parseOptions } from './options.ts';
import { PROBES } from './probes.ts';
import type { Result } from './report.ts';
import { lineOf, listingOf, resultOf } from './report.ts';

const FAILED = 1;
const MISUSED = 2;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { env, stdout } = process;

try {
  const options = parseOptions(
    process.argv.slice(2),
    PROBES.map(({ id }) => id),
  );
  if (options === 'help') stdout.write(HELP);
  else if (options === 'list') stdout.write(PROBES.map(listingOf).join('\n'));
  else await prove(options);
} catch (error) {
  console.error(`prove-on-aws: ${visible(error instanceof Error ? error.message : String(error), '\n')}`);
  process.exitCode = exitCodeOf(error);
}

async function prove(options: Options): Promise<void> {
  const { environment, only, withLoad } = options;
  // The aws CLI must not wait for a reader.
  const run = runner({ ...env, AWS_PAGER: '' });
  const account = await findDeployment(environment, { env, run, root, clock: Date.now, sleep: (ms) => sleep(ms) });
  console.log(`${environment} at ${account.parts.outputs.apiUrl}, authorization ${account.guard}`);
  const startMs = Date.now();
  const results: Result[] = [];
  for (const probe of PROBES.filter(({ id }) => only?.includes(id) ?? true)) {
    const result = await resultOf(probe, account, withLoad);
    console.log(lineOf(result));
    results.push(result);
  }
  await write(options, account, results, startMs);
  if (results.some(({ outcome }) => outcome === 'FAILED')) process.exitCode = FAILED;
}

async function write(options: Options, account: Account, results: readonly Result[], startMs: number): Promise<void> {
  const { environment, json, report } = options;
  if (json !== undefined) {
    const { guard } = account;
    const { outputs } = account.parts;
    const all = { environment, apiUrl: outputs.apiUrl, authorization: guard, at: new Date().toISOString(), results };
    writeFileSync(json, `${JSON.stringify(all, null, 2)}\n`);
  }
  if (report !== undefined) {
    const facts = await factsOf(account);
    const { host } = new URL(account.parts.outputs.apiUrl);
    writeFileSync(report, markdownOf({ environment, host, facts, startMs, endMs: Date.now(), results }));
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof NotDeployed) return error.status === MISUSED ? MISUSED : FAILED;
  return error instanceof OptionsError ? MISUSED : FAILED;
}
