import { describe, expect, it } from '@jest/globals';
import { hostBlock, quotedPath, wholeConfig } from '../../../scripts/lib/login/ssh-config.ts';
import { vmOf } from './made-up.ts';

const files = { knownHosts: '/s/known_hosts', key: '/s/id_ed25519', certificate: '/s/cert.pub' };

describe('the configuration of ssh', () => {
  it('names all that ssh needs, then lets the user say the rest', () => {
    expect(wholeConfig(vmOf(), files)).toBe(`# Written by vm-pool; gone when the VM is given back.
Host vm-pool vm-pool-vm-01
  HostName 127.0.0.1
  Port 2201
  User tester
  IdentityFile "/s/id_ed25519"
  CertificateFile "/s/cert.pub"
  IdentitiesOnly yes
  UserKnownHostsFile "/s/known_hosts"
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
  UpdateHostKeys no

Match all
  Include ~/.ssh/config /etc/ssh/ssh_config
`);
  });

  it('names no certificate where the key alone opens the VM', () => {
    expect(hostBlock('lab', vmOf(), { knownHosts: '/s/known_hosts', key: '/s/key' })).not.toContain('CertificateFile');
  });

  it.each([
    { what: 'a line break', vm: vmOf({ username: 'tester\n  ProxyCommand true' }), name: 'username' },
    { what: 'an option', vm: vmOf({ ip: '-oProxyCommand=true' }), name: 'ip' },
    { what: 'a second pattern', vm: vmOf({ id: 'vm-01 *' }), name: 'id' },
  ])('refuses $what in what the service answers', ({ vm, name }) => {
    expect(() => hostBlock('vm-pool', vm, files)).toThrow(`the service answers the ${name} `);
  });

  it('says until when a VM takes the key, and refuses what is not a time', () => {
    const block = hostBlock('lab', vmOf({ keyAcceptedUntil: '2026-11-21T12:01:00Z' }), files);
    expect(block).toContain('\n  # The key is taken until 2026-11-21T12:01:00.000Z\n');
    const hostile = vmOf({ keyAcceptedUntil: 'soon\nProxyCommand true' });
    expect(() => hostBlock('lab', hostile, files)).toThrow('unsound time');
  });

  it.each(['10.0.3.11', '2001:db8::1', '::1', 'rig-7.lab.example', '_rig'])('knows the address %s', (ip) => {
    expect(hostBlock('vm-pool', vmOf({ ip }), files)).toContain(`\n  HostName ${ip}\n`);
  });
});

describe('quotedPath', () => {
  it('keeps % and spaces as they are for ssh', () => {
    expect(quotedPath('/home/a b/100%')).toBe('"/home/a b/100%%"');
  });

  it.each(['/a"b', '/a\\b', '/a\nb', '/${HOME}/b'])('refuses %j', (file) => {
    expect(() => quotedPath(file)).toThrow("ssh can't read the path ");
  });
});
