/** Checks inventories: what `scripts/inventory-check` runs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkInventory } from './check.ts';

const FAILED = 1;
const MISUSED = 2;

const HELP = `Checks inventories of VMs exactly as the service reads them, and names each fault with its place.

  npm run inventory:check -- [FILE...]

Without FILE it checks terraform/environments/*/vms.json, where there are such files.
A right inventory is summed up, with the SHA-256 that the setting confirmed_inventory may name.

  -h, --help  this text

It ends with 0 when all are right, with ${FAILED} when one is not, and with ${MISUSED} when it can't be run so.
`;

const root = fileURLToPath(new URL('../../..', import.meta.url));

const args = argumentsOf(process.argv.slice(2));
if (args === undefined) process.exitCode = MISUSED;
else if (args.help) process.stdout.write(HELP);
else checkAll(args.files);

function argumentsOf(argv: string[]): { readonly help: boolean; readonly files: readonly string[] } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: { help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
    return { help: values.help, files: positionals };
  } catch (error) {
    console.error(`inventory-check: ${(error as Error).message.split('. ', 1)[0] ?? ''}; --help shows what there is`);
    return undefined;
  }
}

function checkAll(named: readonly string[]): void {
  const files = named.length > 0 ? named : environmentFiles();
  if (files.length === 0) console.log('no environment has an inventory (terraform/environments/*/vms.json)');
  for (const file of files) checkFile(file);
}

function environmentFiles(): string[] {
  const environments = path.join(root, 'terraform', 'environments');
  const files = readdirSync(environments).map((name) => path.join(environments, name, 'vms.json'));
  return files.filter((file) => existsSync(file)).map((file) => path.relative(process.cwd(), file));
}

function checkFile(file: string): void {
  try {
    const { faults, summary } = checkInventory(readFileSync(file, 'utf8'));
    for (const fault of faults) fail(`${file}: ${fault}`);
    if (faults.length === 0) console.log(`${file}: ${summary}`);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    fail(`${file}: can't be read (${code})`);
  }
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = FAILED;
}
