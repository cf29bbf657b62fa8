import { execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The modules that Lambda loads, one a function. */
const ENTRIES = ['index.mjs', 'visitor.mjs'];

/** Names in the text of the SSH library and of AWS's clients, which survive minifying. */
const SSH_LIBRARY = 'dev-tunnels-ssh';
const AWS_CODE = /aws4_request|x-amz-|amazonaws/i;

/** What the functions are made of beside our own code. */
const PACKAGES = [
  '@aws-sdk/util-dynamodb',
  '@microsoft/dev-tunnels-ssh',
  '@smithy/core',
  '@smithy/node-http-handler',
  '@smithy/signature-v4',
  'jwt-decode',
  'oidc-client-ts',
  'p-map',
  'preact',
  'prom-client',
  'valibot',
];

/** The pages of the console. The second has the code that signs in at an issuer. */
const PAGES = [
  { name: 'console.html', rawBytes: 66_000 },
  { name: 'console-sign-in.html', rawBytes: 110_000 },
];

/** Contents of the zip, by name. */
let zipped: Readonly<Record<string, string>>;

function build(folder = root, env: Readonly<Record<string, string>> = {}): Buffer {
  execFileSync(path.join(folder, 'scripts/build'), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  return readFileSync(path.join(folder, 'dist/lambda.zip'));
}

/** Copies a folder by links: fast, and esbuild sees its files in the new place. */
function linkFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isFile()) linkSync(source, target);
    else cpSync(source, target, { verbatimSymlinks: true });
  }
}

/** Makes another checkout, in the folder `dist`: links can't reach another disk. Returns its path. */
function anotherCheckout(): string {
  const checkout = mkdtempSync(path.join(root, 'dist', 'another-checkout-'));
  for (const folder of ['lambda', 'scripts', 'node_modules']) {
    linkFolder(path.join(root, folder), path.join(checkout, 'sources', folder));
  }
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json']) {
    linkSync(path.join(root, file), path.join(checkout, 'sources', file));
  }
  return checkout;
}

/** Texts of a module and of all that it imports. @param how - also by `import()`, or only at once */
function loadedBy(entry: string, how: 'at once' | 'ever'): string[] {
  const imported = how === 'ever' ? /"\.\/([\w-]+\.mjs)"/g : /(?:\bfrom|\bimport)"\.\/([\w-]+\.mjs)"/g;
  const found = new Map<string, string>();
  const follow = (name: string) => {
    const code = zipped[name];
    if (code === undefined || found.has(name)) return;
    found.set(name, code);
    for (const [, other = ''] of code.matchAll(imported)) follow(other);
  };
  follow(entry);
  return [...found.values()];
}

beforeAll(() => {
  const files = Object.entries(unzipSync(build()));
  zipped = Object.fromEntries(files.map(([name, contents]) => [name, Buffer.from(contents).toString()]));
});

describe('npm run build', () => {
  it('zips what is in dist/lambda', () => {
    // Another suite may build at the same time: the same files, each first under an unfinished name.
    const files = readdirSync(path.join(root, 'dist/lambda')).filter((name) => !name.endsWith('.unfinished'));
    expect(Object.keys(zipped)).toEqual(files.sort());
  });

  it('writes the same bytes each time', () => {
    expect(build().equals(build())).toBe(true);
  });

  it('writes the same bytes in another folder and time zone', () => {
    const checkout = anotherCheckout();
    try {
      const elsewhere = build(path.join(checkout, 'sources'), { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8' });
      expect(elsewhere.equals(build())).toBe(true);
    } finally {
      rmSync(checkout, { recursive: true });
    }
  });

  it('contains only files that another file imports', () => {
    const modules = Object.keys(zipped).filter((name) => name.endsWith('.mjs') && !ENTRIES.includes(name));
    const imported = modules.filter((name) => Object.values(zipped).some((code) => code.includes(`"./${name}"`)));
    expect(imported).toEqual(modules);
  });

  // The third has what the token of the metrics needs too.
  it('loads real VMs from three files more than a start with a table needs', () => {
    const named = (begin: string) => Object.keys(zipped).find((name) => name.startsWith(begin)) ?? '';
    const needed = ['index.mjs', named('store-')].flatMap((entry) => loadedBy(entry, 'at once'));
    const more = loadedBy(named('real-vms-'), 'at once').filter((code) => !needed.includes(code));
    expect(more).toHaveLength(3);
  });

  it('loads the SSH library for none of its functions at once', () => {
    const atOnce = ENTRIES.flatMap((entry) => loadedBy(entry, 'at once'));
    expect(atOnce.filter((code) => code.includes(SSH_LIBRARY))).toEqual([]);
    expect(loadedBy('visitor.mjs', 'ever').filter((code) => code.includes(SSH_LIBRARY))).toHaveLength(1);
  });

  it('has the SSH library once, with every name that its two functions use', async () => {
    const files = Object.keys(zipped).filter((name) => name.endsWith('.mjs') && zipped[name]?.includes(SSH_LIBRARY));
    expect(files).toEqual(['ssh-library.mjs']);
    const imports = Object.values(zipped).flatMap((code) => [
      ...code.matchAll(/{([^{}]*)}from"[.]\/ssh-library[.]mjs"/g),
    ]);
    const used = imports.flatMap(([, names = '']) => names.split(',').map((name) => name.split(' ', 1).join()));
    expect(used).toContain('SshClientSession');
    const library = pathToFileURL(path.join(root, 'dist/lambda/ssh-library.mjs')).href;
    const exported = (await import(library)) as Readonly<Record<string, unknown>>;
    expect(used.filter((name) => exported[name] === undefined)).toEqual([]);
  });

  it('gives the visitor no code that calls AWS', () => {
    expect(loadedBy('index.mjs', 'ever').some((code) => AWS_CODE.test(code))).toBe(true);
    expect(loadedBy('visitor.mjs', 'ever').filter((code) => AWS_CODE.test(code))).toEqual([]);
  });

  it('leaves out what the SSH library needs in browsers and in old versions of Node.js', () => {
    expect(zipped['THIRD-PARTY-NOTICES.txt']).not.toMatch(/^(diffie-hellman|bn\.js|node-rsa|buffer) /m);
  });

  it('leaves out what counts and measures in the library of Prometheus: it only writes text here', () => {
    expect(zipped['THIRD-PARTY-NOTICES.txt']).toMatch(/^prom-client /m);
    expect(zipped['THIRD-PARTY-NOTICES.txt']).not.toMatch(/^(tdigest|bintrees|@opentelemetry\/api) /m);
    expect(zipped['prometheus-library.mjs']?.length).toBeLessThan(10_000);
  });

  it('has the code that signs in at an issuer in one of the two pages', () => {
    const signsIn = (name: string) => (zipped[name] ?? '').includes('code_verifier');
    expect([signsIn('console.html'), signsIn('console-sign-in.html')]).toEqual([false, true]);
  });

  it.each(PAGES)(
    'sends $name in less than 60 kB, and in $rawBytes B to those who unzip nothing',
    ({ name, rawBytes }) => {
      const page = zipped[name] ?? '';
      // Lambda carries bytes in base64; API Gateway sends the bytes.
      expect(gzipSync(page, { level: 9 }).length).toBeLessThan(60_000);
      expect(Buffer.byteLength(page)).toBeLessThan(rawBytes);
    },
  );

  it.each(PAGES)('loads nothing from elsewhere into $name: no address but names of XML', ({ name }) => {
    const addresses = (zipped[name] ?? '').match(/(https?:)?\/\/[\w.-]+\.[a-z]{2,}[^\s'"`)]*/g) ?? [];
    expect(addresses.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
    expect(zipped[name]).not.toMatch(/@import|sourceMappingURL|<(link|script|img)[^>]+(src|href)="(?!data:)/);
  });

  it.each(PAGES)('closes script and style of $name once: the policy covers each as a whole', ({ name }) => {
    const page = zipped[name] ?? '';
    for (const tag of ['script', 'style'])
      expect(page.match(new RegExp(`</?${tag}`, 'g'))).toEqual([`<${tag}`, `</${tag}`]);
  });

  it('contains the licence of each package in it', () => {
    const notices = zipped['THIRD-PARTY-NOTICES.txt'] ?? '';
    expect(PACKAGES.filter((name) => !notices.includes(`\n${name} `))).toEqual([]);
    expect(notices).toMatch(/Apache License\s+Version 2\.0[^]*Permission is hereby granted, free of charge/);
  });
});
