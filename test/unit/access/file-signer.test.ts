import { generateKeyPairSync, verify } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newKeys, pemOf, publicKeyLine } from '../../../lambda/access/ecdsa-key.ts';
import { fileSigner } from '../../../lambda/access/file-signer.ts';
import { rejection } from '../aws/fake-service.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vm-pool-key-'));
  file = path.join(folder, 'ca.pem');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function keep(content: string, mode = 0o600): Promise<void> {
  await writeFile(file, content);
  await chmod(file, mode);
}

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;

describe('fileSigner', () => {
  it('makes a key that only the owner can read, and nothing else', async () => {
    file = path.join(folder, 'state', 'ca.pem');
    await fileSigner(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(await readdir(path.dirname(file))).toEqual(['ca.pem']);
  });

  it('signs with the key in the file', async () => {
    const { privateKey } = newKeys();
    await keep(pemOf(privateKey));
    const signer = await fileSigner(file);
    const body = Buffer.from('a certificate');
    expect(verify('sha256', body, signer.publicKey, await signer.sign(body))).toBe(true);
    expect(await readFile(file, 'utf8')).toBe(pemOf(privateKey));
  });

  it('agrees on one key with all who start at the same time', async () => {
    const signers = await Promise.all(Array.from({ length: 20 }, () => fileSigner(file)));
    expect(new Set(signers.map(({ publicKey }) => publicKeyLine(publicKey))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['ca.pem']);
  });

  it.each([
    {
      rule: 'of another curve',
      content: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(pkcs8),
    },
    { rule: 'of another type', content: () => generateKeyPairSync('ed25519').privateKey.export(pkcs8) },
    {
      rule: 'with a passphrase',
      content: () => newKeys().privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'secret' }),
    },
    { rule: 'that is half there', content: () => pemOf(newKeys().privateKey).slice(0, 120) },
    { rule: 'that is not a key', content: () => 'marked-secret' },
    { rule: 'that is empty', content: () => '' },
  ])('refuses a key $rule, and quotes nothing of it', async ({ content }) => {
    const text = content().toString();
    await keep(text);
    const error = await rejection(fileSigner(file));
    expect(error.message).toBe(`${file} must hold a private key of P-256 as PEM (PKCS #8), without a passphrase`);
    for (const line of text.split('\n').filter(Boolean)) expect(inspect(error)).not.toContain(line);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('refuses a key that others can read', async () => {
    await keep(pemOf(newKeys().privateKey), 0o640);
    expect((await rejection(fileSigner(file))).message).toBe(`${file} can be opened by others: run chmod 600 on it`);
  });

  it('asks nobody to shut a file of others that is not a key', async () => {
    await keep('root:x:0:0', 0o644);
    expect((await rejection(fileSigner(file))).message).toContain('must hold a private key');
  });

  it.each([
    { rule: 'is a folder', place: () => folder, code: 'EISDIR' },
    { rule: 'lies below a file', place: () => path.join(file, 'ca.pem'), code: 'ENOTDIR' },
  ])('says why the file can not be used when it $rule', async ({ place, code }) => {
    await keep('');
    const message = `${place()}: the key of the certificate authority can't be read (${code})`;
    expect((await rejection(fileSigner(place()))).message).toBe(message);
  });

  it('does not make a key at the end of a link that leads nowhere', async () => {
    await symlink(path.join(folder, 'elsewhere'), file);
    await rejection(fileSigner(file));
    expect(await readdir(folder)).toEqual(['ca.pem']);
  });
});
