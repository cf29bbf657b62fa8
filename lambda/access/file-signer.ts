import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isP256, newKeys, pemOf } from './ecdsa-key.ts';
import type { Signer } from './signer.ts';

/** Read and write for the owner, nothing for others. */
const PRIVATE = 0o600;
const OTHERS = 0o077;

/**
 * Signs with a key in a file, for a service on a laptop. The first start makes the file.
 *
 * @throws Error when the file can't be used; it names the file, never its content
 */
export async function fileSigner(file: string): Promise<Signer> {
  const privateKey = await readOrMake(file);
  return { publicKey: createPublicKey(privateKey), sign: async (body) => sign('sha256', body, privateKey) };
}

async function readOrMake(file: string): Promise<KeyObject> {
  const known = await read(file);
  if (known !== undefined) return known;
  await make(file);
  const made = await read(file);
  if (made === undefined) throw new Error(`${file}: the key of the certificate authority has vanished`);
  return made;
}

/** @returns undefined if there is no such file */
async function read(file: string): Promise<KeyObject | undefined> {
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`${file}: the key of the certificate authority can't be read (${code})`, { cause: error });
  });
  if (pem === undefined) return undefined;
  const key = keyOf(pem);
  if (key === undefined || !isP256(key)) {
    throw new Error(`${file} must hold a private key of P-256 as PEM (PKCS #8), without a passphrase`);
  }
  await refuseOpenFile(file);
  return key;
}

async function refuseOpenFile(file: string): Promise<void> {
  // Windows has no such bits.
  if (process.platform === 'win32') return;
  const { mode } = await stat(file);
  if ((mode & OTHERS) !== 0) throw new Error(`${file} can be opened by others: run chmod 600 on it`);
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Makes the file, whole or not at all. If another process makes it at the same time, the first one wins. */
async function make(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await write(unfinished, pemOf(newKeys().privateKey));
    await link(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function write(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', PRIVATE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
