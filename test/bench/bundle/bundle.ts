import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Findings, Measure } from '../figures/measure.ts';
import { compiled, ROOT, runWorker } from '../processes.ts';

const FOLDER = path.join(ROOT, 'dist/lambda');
const MOST_BYTES = 60_000;

/** Names in the text of the AWS SDK, which survive minifying. */
const SDK = /@aws-sdk\/|@smithy\/|aws-sdk-js/;

/** Measures how much is deployed, and how much of it a function with the memory store loads. */
export async function measureBundle(): Promise<Findings> {
  const modules = (await readdir(FOLDER))
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => path.join(FOLDER, name));
  const loaded = await filesLoaded({ STORE: 'memory' });
  const withSdk = await containing(loaded, SDK);
  const measures: Measure[] = [
    // Includes the DynamoDB store and AWS's parts, which a function with the memory store does not load.
    {
      id: 'bundle.modules',
      what: 'bundle: dist/lambda/*.mjs, minified',
      unit: 'bytes',
      value: await totalBytes(modules),
    },
    {
      id: 'bundle.loaded',
      what: 'bundle: loaded with STORE=memory',
      unit: 'bytes',
      value: await totalBytes(loaded),
      target: { of: 'value', atMost: MOST_BYTES },
    },
    {
      id: 'bundle.sdk',
      what: 'bundle: of that, files with any AWS SDK',
      unit: 'bytes',
      value: await totalBytes(withSdk),
      target: { of: 'value', atMost: 0 },
    },
    { id: 'bundle.zip', what: 'bundle: dist/lambda.zip', unit: 'bytes', value: await totalBytes([`${FOLDER}.zip`]) },
  ];
  return { measures, notes: [] };
}

/** All files that Node loads when it imports the function, from V8's coverage. */
async function filesLoaded(variables: Readonly<Record<string, string>>): Promise<string[]> {
  const coverage = await mkdtemp(path.join(tmpdir(), 'vm-pool-coverage-'));
  try {
    const script = await compiled('bundle/bundle-process');
    const entry = path.join(FOLDER, 'index.mjs');
    await runWorker(script, [pathToFileURL(entry).href], { ...variables, NODE_V8_COVERAGE: coverage });
    const reports = await Promise.all(
      (await readdir(coverage)).map((name) => readFile(path.join(coverage, name), 'utf8')),
    );
    const urls = reports.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result);
    const files = urls.filter(({ url }) => url.startsWith('file:')).map(({ url }) => fileURLToPath(url));
    return [...new Set(files)].filter((file) => file !== script);
  } finally {
    await rm(coverage, { recursive: true, force: true });
  }
}

async function containing(files: readonly string[], pattern: RegExp): Promise<string[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return files.filter((file, at) => pattern.test(`${file}\n${texts[at] ?? ''}`));
}

async function totalBytes(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
