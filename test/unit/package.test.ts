import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { serveApi } from '../support/api/served-api.ts';
import { someVms } from '../support/pool/lending.ts';

const run = promisify(execFile);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** A program of somebody who has installed the package. */
const CONSUMER = `
import type { AnswerOf, Grant, ProblemCode, Route } from 'vm-pool';
import { borrow, createClient, identityFor, Refused, signIn } from 'vm-pool';

declare const process: { argv: string[]; env: Record<string, string | undefined> };
const url = process.argv[2] ?? '';
const authenticate = await identityFor(await signIn(url), url, { env: process.env });
const client = createClient({ url, authenticate });
const { lease, vm }: Grant = await borrow(client, { userid: 'alice', minutes: 5 }, { waitMs: 1_000 });
const code: ProblemCode | undefined = await client.call('POST /getvm', { userid: 'alice' }).then(
  () => undefined,
  (error: unknown) => (error instanceof Refused ? error.code : undefined),
);
const released: AnswerOf<'POST /releasevm'> = await client.call('POST /releasevm', {
  userid: 'alice',
  leaseId: lease.id,
});
console.log([vm.id, code, released.vm.state].join(' '));

// @ts-expect-error no such call
export const route: Route = 'POST /getvms';
// @ts-expect-error not a number
void (() => client.call('POST /getvm', { minutes: '5' }));
// @ts-expect-error no such member
export const nothing = lease.vmId;
`;

const TSCONFIG = {
  compilerOptions: { module: 'nodenext', target: 'es2023', lib: ['es2023', 'dom'], types: [], strict: true },
  files: ['consumer.ts'],
};

/** A folder where somebody has installed the package, and nothing else. */
let app: string;

beforeAll(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-package-'));
  app = path.join(folder, 'app');
  mkdirSync(app);
  writeFileSync(path.join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  await run('npm', ['install', '--offline', '--silent', '--no-audit', '--no-fund', `../${tarball}`], { cwd: app });
}, 120_000);

afterAll(() => {
  rmSync(path.dirname(app), { recursive: true });
});

describe('the package that npm pack makes', () => {
  it('needs no other package, and says whose code is in it', () => {
    expect(readdirSync(path.join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['vm-pool']);
    const packed = path.join(app, 'node_modules/vm-pool');
    expect(readdirSync(packed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    for (const part of ['cli', 'client']) {
      expect(readdirSync(path.join(packed, 'dist', part))).toContain('THIRD-PARTY-NOTICES.txt');
    }
  });

  it('runs the command line', async () => {
    const { stdout } = await run('npx', ['--offline', 'vm-pool', '--help'], { cwd: app });
    expect(stdout).toMatch(/^Usage: vm-pool /);
  });

  it('goes into the bundle of a page without anything of Node.js or AWS', async () => {
    const contents = `import * as all from 'vm-pool'; console.log(all)`;
    const options = { bundle: true, minify: true, format: 'esm', splitting: true, outdir: app, write: false } as const;
    const { outputFiles } = await build({ ...options, platform: 'browser', stdin: { contents, resolveDir: app } });
    const text = outputFiles.map((file) => file.text).join('');
    expect(text.length).toBeLessThan(8_000);
    expect(text).not.toMatch(/node:|aws4_request/);
  });

  it('types the client for a plain tsc, and the program that was checked runs', async () => {
    writeFileSync(path.join(app, 'consumer.ts'), CONSUMER);
    writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc')], { cwd: app });
    const served = await serveApi(someVms(1));
    try {
      const { stdout } = await run(process.execPath, ['consumer.js', served.url], { cwd: app });
      expect(stdout).toBe('vm-01 already_allocated free\n');
    } finally {
      await served.close();
    }
  }, 60_000);
});
