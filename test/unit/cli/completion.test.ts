import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../../../scripts/lib/cli/world.ts';
import { OPERATOR } from '../../support/api/modes.ts';
import type { ServedApi } from '../../support/api/served-api.ts';
import { serveApi } from '../../support/api/served-api.ts';
import { envOf, vmPool } from './command-line.ts';

describe('completion', () => {
  let served: ServedApi;
  let folder: string;
  let world: Partial<World>;

  beforeAll(async () => {
    served = await serveApi();
    folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
    const VM_POOL_CONFIG = path.join(folder, 'config.yml');
    await writeFile(VM_POOL_CONFIG, 'profiles: { lab: { url: "https://lab" }, prod: { url: "https://prod" } }\n');
    world = { env: { ...envOf(served), VM_POOL_OPERATOR: OPERATOR, VM_POOL_CONFIG } };
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await served.close();
  });

  async function proposals(...words: string[]): Promise<string[]> {
    const { stdout } = await vmPool(['complete', '--', ...words], world);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/\t.*/, ''));
  }

  it.each([
    { words: ['re'], proposed: ['renew', 'release', 'return', ':4'] },
    { words: ['get', '--wa'], proposed: ['--wait', ':4'] },
    { words: ['get', '--js'], proposed: ['--json', ':4'] },
    { words: ['--profile', ''], proposed: ['lab', 'prod', ':4'] },
    { words: ['get', '--pool', ''], proposed: ['default', ':4'] },
    { words: ['drain', ''], proposed: ['vm-01', 'vm-02', 'vm-03', ':4'] },
    { words: ['vms', '--state', 'qu'], proposed: ['quarantined', ':4'] },
    { words: ['completion', ''], proposed: ['bash', 'zsh', 'fish', ':4'] },
  ])('proposes $proposed after $words', async ({ words, proposed }) => {
    expect(await proposals(...words)).toEqual(proposed);
  });

  it('leaves files to the shell where it knows nothing better', async () => {
    expect(await proposals('get', '--public-key', '')).toEqual([':0']);
    expect(await proposals('with', '--', 'ge')).toEqual([':0']);
  });

  it('proposes nothing when the service does not answer', async () => {
    expect(await proposals('drain', '--url', 'http://127.0.0.1:1/x', '')).toEqual([':0']);
  });

  it.each(['bash', 'zsh', 'fish'])('prints a script that %s understands, if it is there', async (shell) => {
    const { stdout } = await vmPool(`completion ${shell}`);
    expect(stdout).toContain('vm-pool complete --');
    const isThere = ['/bin', '/usr/bin', '/usr/local/bin'].some((bin) => canRun(path.join(bin, shell)));
    const file = path.join(folder, shell);
    await writeFile(file, stdout);
    if (isThere) execFileSync(shell, ['-n', file]);
  });

  it('in bash proposes words, may be read twice, and keeps a file that a redirection names', async () => {
    const { stdout: script } = await vmPool('completion bash');
    const kept = path.join(folder, 'kept');
    await writeFile(kept, 'kept');
    const session = [
      `vm-pool() { printf '%s\\n' $'--wait\\thow long' $'--words' :4; }`,
      script,
      script,
      `COMP_WORDS=(vm-pool get '>' ${kept} --wa) COMP_CWORD=4`,
      '_vm_pool',
      'echo "${COMPREPLY[@]}"',
    ].join('\n');
    expect(execFileSync('bash', ['-euc', session], { encoding: 'utf8' })).toBe('--wait\n');
    expect(await readFile(kept, 'utf8')).toBe('kept');
  });
});

function canRun(file: string): boolean {
  try {
    execFileSync(file, ['-c', ':']);
    return true;
  } catch {
    return false;
  }
}
