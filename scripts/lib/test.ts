/**
 * Runs the suites of tests one after another and reports how each went and how long it took. A suite whose tools are
 * not on this computer is skipped by name; with `CI=true` it fails.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as dynamoDbLocal from './dynamodb-local/install.ts';
import * as lambdaRuntime from './lambda-runtime/install.ts';
import type { MissingTool } from './missing-tools.ts';
import { motoMissing, programsMissing, terraformMissing } from './missing-tools.ts';
import * as sshd from './vms/install.ts';

interface Suite {
  readonly about: string;
  /** Command lines, run in order until one fails; their programs come from node_modules/.bin. */
  readonly run: readonly (readonly string[])[];
  readonly missing?: () => readonly MissingTool[];
}

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const jest = ['node', '--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

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
    ],
  },
  unit: {
    about: 'rules, stores, API and scripts in one process: unit, contract and http tests',
    run: [[...jest, '--coverage', 'test/unit', 'test/contract', 'test/http']],
  },
  workflows: {
    about: 'the GitHub workflows and their scripts',
    run: [[...jest, 'test/workflows']],
    missing: () => programsMissing({ jq: 'apt-get install jq' }),
  },
  terraform: {
    about: 'Terraform: format, validity, its own tests, its documentation',
    // Each run of Terraform waits for its provider most of the time.
    run: [[...jest, '--maxWorkers=2', 'test/terraform']],
    missing: () => [...terraformMissing(), ...programsMissing({ 'ssh-keygen': 'apt-get install openssh-client' })],
  },
  integration: {
    about:
      "the DynamoDB store on AWS's DynamoDB Local: contract, model, faults, crashes, many processes; certificates and " +
      'stored keys on an emulated AWS, read by OpenSSH',
    run: [
      [
        ...[...jest, '--runInBand', '--coverage', '--collectCoverageFrom=lambda/store/dynamodb/*.ts'],
        // Last: jest takes every word behind it for one more pattern.
        ...['test/integration', '--testPathIgnorePatterns', '/test/integration/(visitor|cleaning|lending|metrics)/'],
      ],
    ],
    missing: () => [
      ...dynamoDbLocal.toolsMissing(),
      ...motoMissing(),
      ...programsMissing({ 'ssh-keygen': 'apt-get install openssh-client' }),
    ],
  },
  vms: {
    about: 'VMs that one can log in to: real SSH servers, hostile ones, and VMs that are enrolled, used and cleaned',
    run: [[...jest, '--runInBand', 'test/integration/(visitor|cleaning|lending)/']],
    missing: () => [
      ...sshd.toolsMissing(),
      ...programsMissing({ shellcheck: 'apt-get install shellcheck', ps: 'apt-get install procps' }),
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
};

type Outcome = 'passed' | 'failed' | 'skipped';

interface Report {
  readonly name: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly missing: readonly MissingTool[];
}

function runSuite(name: string, { about, run, missing = () => [] }: Suite): Report {
  console.log(`\n== ${name}: ${about}`);
  const startedMs = Date.now();
  const report = (outcome: Outcome, tools: readonly MissingTool[] = []): Report => {
    return { name, outcome, seconds: Math.round((Date.now() - startedMs) / 1000), missing: tools };
  };
  const tools = missing();
  if (tools.length > 0) return report(process.env.CI === 'true' ? 'failed' : 'skipped', tools);
  return report(run.every(succeeds) ? 'passed' : 'failed');
}

function succeeds([program = '', ...args]: readonly string[]): boolean {
  const binaries = path.join(root, 'node_modules', '.bin');
  const PATH = [binaries, process.env.PATH].join(path.delimiter);
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH } });
  if (error !== undefined) console.error(error.message);
  return status === 0;
}

function lineOf({ name, outcome, seconds, missing }: Report): string {
  const why = missing.map((tool) => `${tool.name} is missing (${tool.install})`).join('; ');
  return `  ${name.padEnd(12)} ${outcome.padEnd(8)} ${String(seconds).padStart(4)} s  ${why}`.trimEnd();
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(', ')}; the suites are ${Object.keys(SUITES).join(', ')}`);
  process.exit(2);
}

const chosen = Object.entries(SUITES).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const reports = chosen.map(([name, suite]) => runSuite(name, suite));
const count = (outcome: Outcome) => reports.filter((report) => report.outcome === outcome).length;

console.log(`\n${reports.map(lineOf).join('\n')}\n`);
console.log(`suites: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exitCode = count('failed') > 0 ? 1 : 0;
