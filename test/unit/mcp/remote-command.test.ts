import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { remoteLine, TIMED_OUT } from '../../../scripts/lib/mcp/remote-command.ts';

/** Runs it as the login shell of a VM does. */
const run = (command: string, more: { workingFolder?: string; seconds?: number } = {}, shell = 'sh') =>
  spawnSync(shell, ['-c', remoteLine({ command, seconds: 20, ...more })], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/tmp', SHELL: `/bin/${shell}` },
  });

describe('remoteLine', () => {
  it('hands on the command as it is', () => {
    const word = fc.stringMatching(/^[ -~\n]{0,30}$/);
    fc.assert(
      fc.property(word, (text) => {
        const command = `cat <<'END OF TEXT'\n${text}\nEND OF TEXT\n`;
        expect(run(command).stdout).toBe(`${text}\n`);
      }),
      { numRuns: 20 },
    );
  });

  it('fits into one argument, however much of it is quotes', () => {
    expect(run(`: "${"'".repeat(16_000)}"; echo ran`).stdout).toBe('ran\n');
  });

  it('runs it by the shell of the user', () => {
    expect(run('[[ a == a ]] && echo "$0"', {}, 'bash')).toMatchObject({ stdout: '/bin/bash\n', status: 0 });
  });

  it("begins in the user's folder, or in another", () => {
    expect(run('pwd').stdout).toBe('/tmp\n');
    expect(run('pwd', { workingFolder: '/usr/share' }).stdout).toBe('/usr/share\n');
  });

  it('runs nothing when the folder is missing', () => {
    const { status, stdout, stderr } = run('echo ran', { workingFolder: "/no such 'folder'" });
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain("/no such 'folder'");
  });

  it('ends the command in time, on the VM too', () => {
    const mark = String(2718 + process.pid / 1e7);
    expect(run(`sleep ${mark} & sleep ${mark}`, { seconds: 1 }).status).toBe(TIMED_OUT);
    expect(execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })).not.toContain(`sleep ${mark}`);
  });

  it('runs where there is no "timeout"', () => {
    const { stdout, status } = run('unset PATH; true', { seconds: 1 });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});
