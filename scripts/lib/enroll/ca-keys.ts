import { readFileSync } from 'node:fs';
import { wordedError } from '../api-client/wording.ts';
import { OptionsError } from './options.ts';

/** The service did not answer with its keys. */
export class ServiceUnreachable extends Error {}

const TIMEOUT_MS = 10_000;
const HINT = '; give the URL of the API, such as https://.../resources, of a service that lends real VMs';
const KEY = /^(ecdsa-sha2-nistp(?:256|384|521)|ssh-ed25519|ssh-rsa) ([A-Za-z0-9+/]{40,}={0,2})(?: .*)?$/;

/**
 * Reads the public keys of the certificate authority.
 *
 * @param place - a file, or the base URL of the API, which has them at `/ca.pub`
 * @returns a line `TYPE BASE64` for each key
 * @throws {@link OptionsError} when they are not public keys, {@link ServiceUnreachable}
 */
export async function trustedKeys(place: string): Promise<string[]> {
  const text = /^https?:/i.test(place) ? await fetched(place) : read(place);
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new OptionsError([`--ca ${place} holds no public key`]);
  return keys.map((line, index) => keyOf(line, `--ca ${place}: key ${index + 1}`));
}

function keyOf(line: string, name: string): string {
  const [, type = '', base64 = ''] = KEY.exec(line) ?? [];
  const length = Buffer.from([0, 0, 0, type.length]);
  const isKey = type !== '' && Buffer.from(base64, 'base64').indexOf(Buffer.concat([length, Buffer.from(type)])) === 0;
  if (!isKey) throw new OptionsError([`${name} must be an OpenSSH public key, such as ecdsa-sha2-nistp256 AAAA...`]);
  return `${type} ${base64}`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OptionsError([`--ca ${file} can't be read: ${(error as Error).message}`]);
  }
}

/** Whoever could change the answer on its way could log in to every VM. */
async function fetched(base: string): Promise<string> {
  const address = `${base.replace(/\/+$/, '').replace(/\/ca[.]pub$/, '')}/ca.pub`;
  if (!URL.canParse(address)) throw new OptionsError([`--ca ${base} is not a URL`]);
  const url = new URL(address);
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !isHere) {
    throw new OptionsError(['--ca must begin with https://; only a server on this computer may do without']);
  }
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    if (!response.ok) throw new Error(`it answered ${response.status}${response.status === 404 ? HINT : ''}`);
    return await response.text();
  } catch (error) {
    throw new ServiceUnreachable(`GET ${url.href} failed: ${wordedError(error)}`);
  }
}
