import { describe, expect, it } from '@jest/globals';
import { sshArguments } from '../../../scripts/lib/login/ssh.ts';

describe('sshArguments', () => {
  it.each([
    { rule: 'logs in', words: [], args: ['vm-pool'] },
    { rule: 'runs a command', words: ['uptime', '-p'], args: ['vm-pool', '--', 'uptime', '-p'] },
    { rule: 'passes options', words: ['-L', '80:a:80', '-N'], args: ['-L', '80:a:80', '-N', 'vm-pool'] },
    { rule: 'takes the value in the word', words: ['-L80:a:80', 'ls'], args: ['-L80:a:80', 'vm-pool', '--', 'ls'] },
    { rule: 'takes letters together', words: ['-tvp', '22', 'ls'], args: ['-tvp', '22', 'vm-pool', '--', 'ls'] },
    { rule: 'ends options at --', words: ['-t', '--', '-ls'], args: ['-t', 'vm-pool', '--', '-ls'] },
    { rule: 'leaves a later -- to the command', words: ['git', '--', 'a'], args: ['vm-pool', '--', 'git', '--', 'a'] },
    { rule: 'lets a value be missing', words: ['-L'], args: ['-L', 'vm-pool'] },
  ])('$rule', ({ words, args }) => {
    expect(sshArguments({ sshConfig: '/s/ssh_config' }, 'vm-pool', words)).toEqual(['-F', '/s/ssh_config', ...args]);
  });
});
