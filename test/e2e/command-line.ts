import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import type { Authorization } from '../../lambda/http/audience.ts';
import type { Ran } from '../support/vms/namespace-vm.ts';
import { ran } from '../support/vms/namespace-vm.ts';
import { OLIVIA } from './callers.ts';
import type { RunningEnvironment } from './environment.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/vm-pool', import.meta.url));

/**
 * Runs `vm-pool` as somebody, with no other credentials than those that the environment asks for, in an empty home.
 */
export async function vmPool(running: RunningEnvironment, name: string, words: readonly string[]): Promise<Ran> {
  const { variables } = await running.callers.credentialsOf(name);
  const { PATH = '' } = process.env;
  const HOME = mkdtempSync(path.join(tmpdir(), 'vm-pool-home-'));
  const environment = { PATH, HOME, VM_POOL_URL: running.served.url, ...variables };
  const assignments = Object.entries(environment).map(([variable, value]) => `${variable}=${value}`);
  try {
    return await ran('env', ['-i', ...assignments, SCRIPT, ...words]);
  } finally {
    rmSync(HOME, { recursive: true });
  }
}

/** The command line serves borrowers and operators of an environment. */
export function commandLineStory(running: () => RunningEnvironment, authorization: Authorization): void {
  const who = authorization === 'none' ? ['--user', 'heidi'] : [];
  const heidi = (...words: string[]) => vmPool(running(), 'heidi', [...words, ...who, '--json']);

  it('lends by the command line, to the one who asks', async () => {
    const { stdout } = await heidi('get', '--for', '30m');
    const granted = JSON.parse(stdout) as { vm: { id: string }; lease: { userid: string } };
    expect(granted.lease.userid).toBe('heidi');
    expect(JSON.parse((await heidi('show')).stdout)).toMatchObject({ vm: { id: granted.vm.id } });
    expect(await heidi('release')).toMatchObject({ exitCode: 0 });
    expect(await heidi('show')).toMatchObject({ exitCode: 4 });
  });

  it('shows all VMs by the command line, to operators only', async () => {
    expect(await heidi('vms')).toMatchObject({ exitCode: 5 });
    // Where nobody is asked, operators sign, which the command line does for the addresses of AWS only.
    if (authorization === 'none') return;
    const { stdout, exitCode } = await vmPool(running(), OLIVIA, ['vms', '--json']);
    expect([exitCode, (JSON.parse(stdout) as { vms: object[] }).vms.length > 0]).toEqual([0, true]);
  });
}
