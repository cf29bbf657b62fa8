import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AwsOptions } from '../aws/client.ts';
import { AwsError, whyUnreadable } from '../aws/error.ts';
import { parameterReader } from '../aws/ssm.ts';
import type { Clock } from '../pool/ports.ts';

/** How long a token is used before it is read again, milliseconds. */
const KEPT_MS = 60_000;

/** A token that was shown and does not fit, or can't be read, is read again: not more often than this, milliseconds. */
const READ_EVERY_MS = 5_000;

/** Longest wait for the token, milliseconds. */
const READ_TIMEOUT_MS = 3_000;

/** What a scraper can send behind `Bearer`, and nobody can guess: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const TOKEN = /^[\w.~+/=-]{16,4096}$/;

/** Where the token is. */
export interface TokenPlace {
  /** `ssm:NAME`, or a file. */
  readonly place: string;
  /** For a parameter. */
  readonly aws: AwsOptions | undefined;
}

/**
 * Whether a token that somebody shows is the right one.
 *
 * @throws Error that says why the right one can't be used, and never has a part of it
 */
export type TokenCheck = (shown: string) => Promise<boolean>;

/** The digest of the token, and when it was read. */
interface Read<Digest> {
  readonly digest: Digest;
  readonly atMs: number;
}

/**
 * Makes the check of a token. It keeps the token's digest only, and compares digests: that takes the same time whatever
 * was shown. After a rotation the new token works at once, or 5 seconds after a wrong one was shown; the old one works
 * for another minute at most.
 */
export function tokenCheck(place: TokenPlace, clock: Clock): TokenCheck {
  let known: Read<Buffer> | undefined;
  let latest: Read<Promise<Buffer>> | undefined;

  /** If a read fails, the known token still opens the metrics until its minute is over. */
  async function readAgain(): Promise<Buffer> {
    const atMs = clock();
    if (latest === undefined || atMs - latest.atMs >= READ_EVERY_MS) {
      latest = { digest: readToken(place).then(digestOf), atMs };
    }
    const read = latest;
    known = { digest: await read.digest, atMs: read.atMs };
    return known.digest;
  }

  return async (shown) => {
    const theirs = digestOf(shown);
    const isKnown = known !== undefined && clock() - known.atMs < KEPT_MS && timingSafeEqual(theirs, known.digest);
    return isKnown || timingSafeEqual(theirs, await readAgain());
  };
}

/** @throws Error that says why the token can't be used */
export async function readToken({ place, aws }: TokenPlace): Promise<string> {
  const text = aws === undefined ? await textOf(place) : await parameterOf(place, aws);
  const token = typeof text === 'string' ? text.trim() : '';
  if (TOKEN.test(token)) return token;
  const fault = typeof text === 'string' ? '16 or more characters of A-Z a-z 0-9 - . _ ~ + / =' : 'a SecureString';
  throw new Error(`${nameOf(place)} must be ${fault}`);
}

async function parameterOf(place: string, aws: AwsOptions): Promise<unknown> {
  try {
    return await parameterReader(aws)(place.replace(/^ssm:/, ''), READ_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new Error(`${nameOf(place)} ${whyUnreadable(error)}`, { cause: error });
  }
}

/** Without the error of Node.js, which has the name of the file: somebody may have set the token itself. */
async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(`${nameOf(file)} ${code === 'ENOENT' ? 'does not exist' : `can't be read (${code})`}`);
  });
}

function nameOf(place: string): string {
  return place.startsWith('ssm:') ? `the metrics token in ${place}` : 'the file with the metrics token (METRICS_TOKEN)';
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
