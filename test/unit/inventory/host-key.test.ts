import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { fingerprintOf, isHostKey, knownHostsOf } from '../../../lambda/providers/inventory/host-key.ts';
import { HOST_KEY, sshBlob } from '../../support/providers/inventory.ts';

const ed25519 = Buffer.alloc(32, 7);

function line(type: string, ...fields: readonly (string | Buffer)[]): string {
  return `${type} ${sshBlob(type, ...fields).toString('base64')}`;
}

function rsa(bits: number): string {
  const { n = '' } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
  return line('ssh-rsa', Buffer.of(1, 0, 1), Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')]));
}

function ecdsa(curve: string, openSslName: string): string {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: openSslName }).publicKey.export({ format: 'jwk' });
  const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return line(`ecdsa-sha2-${curve}`, curve, Buffer.concat(point));
}

describe('isHostKey', () => {
  it.each([
    { what: 'Ed25519', key: HOST_KEY },
    { what: 'a comment', key: `${HOST_KEY} root@vm-01` },
    { what: 'ECDSA with 256 bits', key: ecdsa('nistp256', 'prime256v1') },
    { what: 'ECDSA with 384 bits', key: ecdsa('nistp384', 'secp384r1') },
    { what: 'ECDSA with 521 bits', key: ecdsa('nistp521', 'secp521r1') },
    { what: 'RSA with 2048 bits', key: rsa(2048) },
  ])('takes $what', ({ key }) => {
    expect(isHostKey(key)).toBe(true);
  });

  it.each([
    { what: 'RSA with 1024 bits', key: rsa(1024) },
    { what: 'a line of known_hosts', key: `192.0.2.11 ${HOST_KEY}` },
    { what: 'an option before it', key: `cert-authority ${HOST_KEY}` },
    { what: 'two lines', key: `${HOST_KEY}\n${HOST_KEY}` },
    { what: 'a fingerprint', key: 'SHA256:uNiVztksCsDhcc0u9e8BrCgjYu3hSd5nqqm4MzAAdWM' },
    { what: 'a certificate', key: HOST_KEY.replace('ssh-ed25519', 'ssh-ed25519-cert-v01@openssh.com') },
    { what: 'a key cut short', key: HOST_KEY.slice(0, -4) },
    { what: 'base64 that is not canonical', key: `${HOST_KEY}==` },
    { what: 'another type than its bytes say', key: `ssh-rsa ${sshBlob('ssh-ed25519', ed25519).toString('base64')}` },
    { what: 'bytes after the key', key: line('ssh-ed25519', ed25519, 'more') },
    { what: 'a length beyond the end', key: `ssh-ed25519 ${Buffer.from('ffffffff00', 'hex').toString('base64')}` },
    { what: 'a point that is not on the curve', key: line('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 4)) },
    { what: 'a curve of another name', key: ecdsa('nistp256', 'prime256v1').replace(/^\S+/, 'ecdsa-sha2-nistp384') },
    { what: 'a private key', key: '-----BEGIN OPENSSH PRIVATE KEY-----' },
    { what: 'nothing', key: '' },
  ])('refuses $what', ({ key }) => {
    expect(isHostKey(key)).toBe(false);
  });
});

it('shows a fingerprint as ssh-keygen -l does', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF7NEqTXum1lkF0kohS2Yr8RegLsfJDMvDPf3At+pKSn root@vm';
  expect(fingerprintOf(key)).toBe('SHA256:6e4HfZzAKQtIfwWWzhnq1EU6kJWxO8WB0Rh9sxdlwNY');
});

describe('knownHostsOf', () => {
  it.each([
    { ip: '192.0.2.11', port: 22, host: '192.0.2.11' },
    { ip: '192.0.2.11', port: 2222, host: '[192.0.2.11]:2222' },
    { ip: '2001:db8::12', port: 22, host: '2001:db8::12' },
    { ip: '2001:db8::12', port: 2222, host: '[2001:db8::12]:2222' },
    { ip: 'vm.example.com', port: 22, host: 'vm.example.com' },
  ])('names $ip at port $port as ssh looks it up', ({ ip, port, host }) => {
    expect(knownHostsOf(ip, port, [`${HOST_KEY} root@vm-01`])).toEqual([`${host} ${HOST_KEY}`]);
  });
});
