/** What must hold between the fields of a pool where EC2 is concerned. */
import type { PoolEntry } from './document.ts';
import type { Fault } from './fault.ts';

/** What can be done to EC2 instances only. */
const ONLY_WITH_EC2: Readonly<Record<string, readonly string[]>> = {
  access: ['instance-connect', 'session-manager'],
  reset: ['reboot', 'replace-root-volume'],
};

/** @param hasEc2 - whether this service finds EC2 instances */
export function ec2Faults(name: string, pool: PoolEntry, hasEc2: boolean): Fault[] {
  const faults = pool.ec2 === undefined ? withoutEc2(pool) : [...ec2Missing(hasEc2), ...withEc2(pool, pool.ec2)];
  return faults.map(({ place, what }) => ({ place: ['pools', name, ...place], what }));
}

function withoutEc2(pool: PoolEntry): Fault[] {
  return (['access', 'reset'] as const)
    .filter((field) => ONLY_WITH_EC2[field]?.includes(pool[field]))
    .map((field) => ({ place: [field], what: `must not be "${pool[field]}" without ec2: it needs EC2 instances` }));
}

function ec2Missing(hasEc2: boolean): Fault[] {
  if (hasEc2) return [];
  const what = 'needs vm_provider = "ec2" (PROVIDER=ec2); without it remove ec2, and list the VMs of the pool in vms';
  return [{ place: ['ec2'], what }];
}

function withEc2(
  pool: PoolEntry,
  { hostKeys, minRunning, schedule, idleMinutes }: NonNullable<PoolEntry['ec2']>,
): Fault[] {
  const { access, check } = pool;
  const faults: Fault[] = [];
  if (access === 'stored-key') {
    faults.push({
      place: ['access'],
      what: 'must not be "stored-key" with ec2: use "certificate", "instance-connect" or "session-manager"',
    });
  }
  if (access === 'session-manager' && check !== 'none') {
    faults.push({
      place: ['check'],
      what: 'must be "none" where access is "session-manager": nothing of the VM is open to a look from outside',
    });
  }
  if (hostKeys === 'console' && isOverSsh(pool) && !['host-key', 'command'].includes(check)) {
    faults.push({
      place: ['check'],
      what: 'must be "host-key" or "command" where ec2.hostKeys is "console": only such a check proves a host key',
    });
  }
  if (idleMinutes !== undefined && minRunning === undefined && schedule === undefined) {
    faults.push({
      place: ['ec2', 'idleMinutes'],
      what: 'needs minRunning or a schedule: without one no VM is stopped',
    });
  }
  return faults;
}

function isOverSsh({ access }: PoolEntry): boolean {
  return access === 'certificate' || access === 'instance-connect';
}
