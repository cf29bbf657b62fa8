/** Host keys of instances: those of the pool's AMI, those that a check has learnt, or those on the console. */
import type { Ec2 } from '../../aws/ec2.ts';
import type { Vm } from '../../pool/vm.ts';
import { bareHostKey, isHostKey } from '../inventory/host-key.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import { awsErrorOf, isOurs } from './refused.ts';

/** What cloud-init prints before and after the public host keys, once for each boot of a new system. */
const BEGIN = '-----BEGIN SSH HOST KEY KEYS-----';
const END = '-----END SSH HOST KEY KEYS-----';

/** Most host keys that are kept of one instance. */
const MOST_KEYS = 5;

/** Host keys that are known without asking; none if there are none yet. */
export function knownHostKeys({ hostKeys = [] }: Vm, { ec2 }: Pool): readonly string[] {
  return ec2 === undefined || ec2.hostKeys === 'console' ? hostKeys : ec2.hostKeys;
}

/**
 * Host keys that an instance should have by now, whatever a check has learnt before; none of an instance whose console
 * EC2 does not show.
 * @throws AwsError when EC2 can't be asked now
 */
export async function hostKeysNow(vm: Vm, pool: Pool, ec2: Ec2): Promise<readonly string[]> {
  if (areOfTheAmi(pool)) return knownHostKeys(vm, pool);
  return learnHostKeys(ec2, vm.id).catch((thrown: unknown) => {
    if (isOurs(awsErrorOf(thrown))) throw thrown;
    return [];
  });
}

/** Whether the pool says the host keys of its instances. */
export function areOfTheAmi({ ec2 }: Pool): boolean {
  return ec2 !== undefined && ec2.hostKeys !== 'console';
}

/** Reads the host keys that an instance has printed last; none if it has printed none yet. */
export async function learnHostKeys(ec2: Ec2, id: string, signal?: AbortSignal): Promise<readonly string[]> {
  return hostKeysOnConsole(await ec2.consoleOutput(id, signal));
}

/**
 * The host keys of the last whole block of cloud-init. Whoever has root on the instance can print such a block too, so
 * a key counts only when the instance proves that it has it.
 *
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html#keys-to-console
 */
export function hostKeysOnConsole(output: string): readonly string[] {
  const end = output.lastIndexOf(END);
  const begin = end < 0 ? -1 : output.lastIndexOf(BEGIN, end);
  if (begin < 0) return [];
  const lines = output.slice(begin + BEGIN.length, end).split(/\r?\n/);
  // A console puts the time of the kernel or the name of a service before some lines.
  const keys = lines.flatMap(
    (line) => /(?:ssh-|ecdsa-sha2-)\S+ [A-Za-z0-9+/]+={0,2}(?= |$)/.exec(line.trim())?.[0] ?? [],
  );
  const sound = [...new Set(keys.filter(isHostKey).map(bareHostKey))];
  const modern = sound.filter((key) => !key.startsWith('ssh-rsa '));
  return (modern.length > 0 ? modern : sound).slice(0, MOST_KEYS);
}
