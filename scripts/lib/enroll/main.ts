/** Prints what enrolls VMs: what `scripts/enroll` runs. */
import { visible } from '../logs/terminal.ts';
import { authorizedKeys } from './authorized-keys.ts';
import { ServiceUnreachable, trustedKeys } from './ca-keys.ts';
import { cloudConfig, cloudConfigOfPool } from './cloud-init.ts';
import type { Options } from './options.ts';
import { HELP, OptionsError, parseOptions } from './options.ts';
import { enrollScript } from './script.ts';
import { vmsOf } from './vms.ts';

const FAILED = 1;
const MISUSED = 2;

// scripts/enroll has changed the folder.
process.chdir(process.env.INIT_CWD ?? '.');

try {
  const options = parseOptions(process.argv.slice(2));
  process.stdout.write(options === 'help' ? HELP : await printed(options));
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

async function printed({ ca, form, target }: Options): Promise<string> {
  const vms = vmsOf(target);
  const keys = await trustedKeys(ca);
  if (form === 'authorized-keys') return authorizedKeys(vms, keys);
  const script = enrollScript(vms, keys);
  if (form === 'script') return script;
  return 'pool' in target && target.pool !== undefined
    ? cloudConfigOfPool(script, target.pool)
    : cloudConfig(script, vms[0]?.id ?? '');
}

function exitCodeOf(error: unknown): number {
  if (error instanceof OptionsError) {
    for (const fault of error.faults) console.error(`enroll: ${visible(fault)}`);
    return MISUSED;
  }
  if (!(error instanceof ServiceUnreachable)) throw error;
  console.error(`enroll: ${visible(error.message)}`);
  return FAILED;
}
