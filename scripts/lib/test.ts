/**
 * Runs the suites of tests, two at a time where the computer has two cores, and reports how each went and how long it
 * took. Most suites wait for other programs much of the time. A suite whose tools are not on this computer is skipped
 * by name; with `CI=true` it fails.
 *
 *   scripts/test [--in-sequence] [--coverage] [SUITE ...]
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import pMap from 'p-map';
import * as dynamoDbLocal from './dynamodb-local/install.ts';
import * as lambdaRuntime from './lambda-runtime/install.ts';
import { motoMissing, programsMissing, terraformMissing } from './missing-tools.ts';
import type { Report, Suite } from './suite-run.ts';
import { runKept, runShown } from './suite-run.ts';
import * as sshd from './vms/install.ts';

const jest = ['node', '--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

const { values: options, positionals: wanted } = parseArgs({
  options: { 'in-sequence': { type: 'boolean', default: false }, coverage: { type: 'boolean', default: false } },
  allowPositionals: true,
});

/** Options that measure what the tests run: on demand, for it takes half as much time again. */
function coverage(...more: readonly string[]): readonly string[] {
  return options.coverage ? ['--coverage', ...more] : [];
}

/** Runs of all start them in this order. The long ones come early, so that no lane is idle at the end. */
const SUITES: Readonly<Record<string, Suite>> = {
  lint: {
    about:
      'format, style, types, direction of imports, unused code and packages; the contract, and what else is generated',
    run: [
      ['prettier', '--check', '--log-level', 'warn', '.'],
      ['markdownlint-cli2'],
      ['eslint', '.'],
      ['tsc'],
      ['tsc', '-p', 'lambda/console'],
      ['depcruise', '--output-type', 'err', 'lambda', 'scripts', 'test'],
      ['knip'],
      ['tsx', 'scripts/lib/contract/main.ts', '--check'],
      ['tsx', 'scripts/lib/dashboards/main.ts', '--check'],
      ['tsx', 'scripts/lib/build-action.ts', '--check'],
    ],
  },
  e2e: {
    about: 'Terraform applied to an emulated AWS, and the deployed function called over HTTP',
    run: [[...jest, '--runInBand', 'test/e2e']],
    missing: () => [
      ...terraformMissing(),
      ...motoMissing(),
      ...lambdaRuntime.toolsMissing(),
      ...dynamoDbLocal.toolsMissing(),
      ...sshd.toolsMissing(),
      ...programsMissing({ curl: 'apt-get install curl' }),
    ],
  },
  unit: {
    about: 'rules, stores, API and scripts in one process: unit, contract and http tests',
    run: [[...jest, ...coverage(), 'test/unit', 'test/contract', 'test/http']],
  },
  integration: {
    about:
      "the DynamoDB store on AWS's DynamoDB Local: contract, model, faults, crashes, many processes; certificates and " +
      'stored keys on an emulated AWS, read by OpenSSH',
    run: [
      [
        ...[...jest, '--runInBand', ...coverage('--collectCoverageFrom=lambda/store/dynamodb/*.ts')],
        // Last: jest takes every word behind it for one more pattern.
        ...[
          'test/integration',
          '--testPathIgnorePatterns',
          '/test/integration/(visitor|cleaning|lending|ec2|metrics)/',
        ],
      ],
    ],
    missing: () => [
      ...dynamoDbLocal.toolsMissing(),
      ...motoMissing(),
      ...programsMissing({ 'ssh-keygen': 'apt-get install openssh-client' }),
    ],
  },
  vms: {
    about:
      'VMs that one can log in to: real SSH servers, hostile ones, and VMs that are enrolled, used and cleaned; instances ' +
      'of an emulated EC2',
    run: [[...jest, '--runInBand', 'test/integration/(visitor|cleaning|lending|ec2)/']],
    missing: () => [
      ...sshd.toolsMissing(),
      ...motoMissing(),
      ...programsMissing({
        shellcheck: 'apt-get install shellcheck',
        ps: 'apt-get install procps',
        rsync: 'apt-get install rsync',
      }),
    ],
  },
  metrics: {
    about: 'dashboards, rules and figures: promtool checks them, and a real Prometheus scrapes the local server',
    run: [[...jest, '--runInBand', 'test/integration/metrics/']],
    missing: () => [
      ...dynamoDbLocal.toolsMissing(),
      ...motoMissing(),
      ...programsMissing({ prometheus: 'apt-get install prometheus', promtool: 'apt-get install prometheus' }),
    ],
  },
  console: {
    about: 'the console page in a real Chromium: each flow, in each mode; accessibility, CSP, themes and widths',
    run: [[...jest, '--runInBand', 'test/console']],
    missing: () => programsMissing({ chromium: 'apt-get install chromium' }),
  },
  terraform: {
    about: 'Terraform: format, validity, its own tests, its documentation',
    // Each run of Terraform waits for its provider most of the time.
    run: [[...jest, '--maxWorkers=2', 'test/terraform']],
    missing: () => [...terraformMissing(), ...programsMissing({ 'ssh-keygen': 'apt-get install openssh-client' })],
  },
  workflows: {
    about: 'the GitHub workflows, their scripts, and the action that leases a VM',
    run: [[...jest, 'test/workflows']],
    missing: () => programsMissing({ jq: 'apt-get install jq', 'ssh-keygen': 'apt-get install openssh-client' }),
  },
};

function lineOf({ name, outcome, seconds, missing }: Report): string {
  const why = missing.map((tool) => `${tool.name} is missing (${tool.install})`).join('; ');
  return `  ${name.padEnd(12)} ${outcome.padEnd(8)} ${String(seconds).padStart(4)} s  ${why}`.trimEnd();
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

const unknown = wanted.filter((name) => !(name in SUITES));
if (unknown.length > 0) fail(`no such suite: ${unknown.join(', ')}; the suites are ${Object.keys(SUITES).join(', ')}`);

const chosen = Object.entries(SUITES).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const inSequence = options['in-sequence'] || chosen.length === 1 || availableParallelism() === 1;
const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    end.abort();
  });
}
const run = inSequence ? runShown : runKept;
const reports = await pMap(chosen, ([name, suite]) => run(name, suite, end.signal), {
  concurrency: inSequence ? 1 : 2,
});
const count = (outcome: Report['outcome']) => reports.filter((report) => report.outcome === outcome).length;

console.log(`\n${reports.map(lineOf).join('\n')}\n`);
console.log(`suites: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exitCode = count('failed') > 0 ? 1 : 0;
