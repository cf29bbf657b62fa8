import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { SSH_FAULTS, sshFaultIn } from '../../../scripts/lib/login/ssh-faults.ts';

/** As OpenSSH 9.2 writes them. */
const SAID = [
  {
    fault: 'Host key verification failed',
    said: 'No ED25519 host key is known for [192.0.2.1]:22 and you have requested strict checking.\r\nHost key verification failed.\r\n',
  },
  {
    fault: 'Host key verification failed',
    said: '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n...\r\nHost key verification failed.\r\n',
  },
  { fault: 'Permission denied', said: 'tester@192.0.2.1: Permission denied (publickey).\r\n' },
  { fault: 'timed out', said: 'ssh: connect to host 192.0.2.1 port 22: Connection timed out\r\n' },
  { fault: 'timed out', said: 'ssh: connect to host 192.0.2.1 port 22: Operation timed out\r\n' },
  { fault: 'No route to host', said: 'ssh: connect to host 192.0.2.1 port 22: No route to host\r\n' },
  {
    fault: 'Could not resolve hostname',
    said: 'ssh: Could not resolve hostname vm-01.lab: Name or service not known\r\n',
  },
  {
    fault: 'Connection reset',
    said: 'kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by 192.0.2.1 port 22\r\n',
  },
];

describe('sshFaultIn', () => {
  it.each(SAID)('finds "$fault"', ({ fault, said }) => {
    expect(sshFaultIn(said)?.says).toBe(fault);
  });

  it('finds what the ssh of this computer says of a closed port', () => {
    const { stderr } = spawnSync('ssh', ['-F', 'none', '-o', 'BatchMode=yes', '-p', '1', '127.0.0.1'], {
      encoding: 'utf8',
    });
    expect(sshFaultIn(stderr)?.says).toBe('Connection refused');
  });

  it('has an example of each fault', () => {
    const found = new Set(['Connection refused', ...SAID.map(({ fault }) => fault)]);
    expect(new Set(SSH_FAULTS.map(({ says }) => says))).toEqual(found);
  });

  it('finds nothing in other words', () => {
    expect(sshFaultIn('bash: no-such-command: command not found')).toBeUndefined();
  });
});
