/** `scripts/prove-on-aws` as a process. The `terraform` and `aws` in its PATH only print what a test gives them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CALLER, fakeDeployment } from '../../support/api/fake-deployment.ts';
import { tracked } from '../../support/processes/child-processes.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

let folder: string;
let deployment: Awaited<ReturnType<typeof fakeDeployment>>;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-proof-'));
  deployment = await fakeDeployment({ guard: 'jwt' });
  const service = {
    api_url: deployment.url,
    function_name: 'vm-pool-dev',
    log_group_name: 'log',
    access_log_group_name: 'access-log',
    table_name: null,
  };
  prints('terraform', { vm_pool: { value: service } });
});
afterEach(async () => {
  await deployment.close();
  rmSync(folder, { recursive: true });
});

/** Makes a program that prints a value as JSON, and logs its arguments to the file `calls`. */
function prints(program: string, value: unknown): void {
  const script = `#!/bin/sh\necho "$AWS_PAGER|$*" >>'${folder}/calls'\ncat <<'END'\n${JSON.stringify(value)}\nEND\n`;
  writeFileSync(path.join(folder, program), script, { mode: 0o755 });
}

async function run(args: readonly string[]) {
  const child = tracked(
    spawn(process.execPath, ['--import', 'tsx', 'scripts/lib/prove-on-aws/main.ts', ...args], {
      cwd: root,
      env: { ...CALLER, PATH: `${folder}:${process.env.PATH ?? ''}`, HOME: folder, TF_STATE_BUCKET: 'states' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { lines: stdout.trimEnd().split('\n'), stderr, exitCode };
}

describe('scripts/prove-on-aws', () => {
  it('prints a line for each probe, writes the results, and passes when none failed', async () => {
    prints('aws', { MetricAlarms: [{ AlarmName: 'vm-pool-dev-5xx', StateValue: 'OK' }] });
    const json = path.join(folder, 'results.json');
    const only = 'identified-borrower,alarms,table-key,apply-role-trust';
    const report = path.join(folder, 'report.md');
    const { lines, stderr, exitCode } = await run(['dev', '--only', only, '--json', json, '--report', report]);
    expect({ exitCode, stderr, lines }).toEqual({
      exitCode: 0,
      stderr: '',
      lines: [
        `dev at ${deployment.url}, authorization jwt`,
        expect.stringMatching(/^ok {7}identified-borrower: 200/),
        'ok       alarms: 1 alarms; without data: none',
        'skipped  table-key: leases live in memory',
        expect.stringMatching(/^by hand {2}apply-role-trust: open a pull request .*; expected: Not authorized/),
      ],
    });
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      environment: 'dev',
      authorization: 'jwt',
      results: [
        { id: 'identified-borrower', outcome: 'ok' },
        { id: 'alarms', outcome: 'ok' },
        { id: 'table-key', outcome: 'skipped' },
        { id: 'apply-role-trust', outcome: 'by hand' },
      ],
    });
    const markdown = readFileSync(report, 'utf8');
    expect(markdown).toMatch(/^# Proof of dev on AWS\n/);
    expect(markdown).toMatch(/\| region \| us-east-1 \|\n\| authorization \| jwt \|\n\| leases \| memory \|/);
    expect(markdown).toContain('| alarms | ok | at least one alarm, and none in INSUFFICIENT_DATA | 1 alarms;');
    expect(markdown).not.toContain(new URL(deployment.url).host);
    expect(readFileSync(path.join(folder, 'calls'), 'utf8')).toContain(
      '|cloudwatch describe-alarms --alarm-name-prefix vm-pool-dev --region us-east-1 --output json\n',
    );
  });

  it('says what was expected and what came, and ends with 1', async () => {
    prints('aws', {});
    const { lines, exitCode } = await run(['dev', '--only', 'alarms']);
    expect({ exitCode, last: lines.at(-1) }).toEqual({
      exitCode: 1,
      last: 'FAILED   alarms: expected at least one alarm, and none in INSUFFICIENT_DATA; got 0 alarms; without data: none',
    });
  });

  it('ends with 2 and the reason when the environment is not deployed', async () => {
    prints('terraform', {});
    const { stderr, exitCode } = await run(['dev']);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('dev has no outputs yet; this makes them: scripts/terraform dev apply\n'),
    });
  });

  it.each([
    { args: [], says: 'give one ENVIRONMENT' },
    { args: ['nowhere'], says: 'no such environment: nowhere' },
    { args: ['dev', '--only', 'alarms,other'], says: 'no such probe: other' },
    { args: ['dev', '--force'], says: "Unknown option '--force'" },
  ])('refuses $args and ends with 2', async ({ args, says }) => {
    const { stderr, exitCode } = await run(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(says) });
  });

  it('lists every probe with its source', async () => {
    const { lines, exitCode } = await run(['--list']);
    expect(exitCode).toBe(0);
    const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    expect(count(/^\S/)).toBe(count(/^ {2}expected: /));
    expect(lines).toContain('stage-throttling (with --with-load)');
  });
});
