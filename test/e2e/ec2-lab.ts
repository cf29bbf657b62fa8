import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unchanged } from '../../lambda/pool/life.ts';
import type { VmStatus } from '../../lambda/pool/vm.ts';
import { createDynamoStore } from '../../lambda/store/dynamodb/store.ts';
import type { DynamoDbLocal } from '../../scripts/lib/dynamodb-local/start.ts';
import { PORT_TAG } from '../support/emulated-aws/ec2-hook.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { runTerraform, terraformEnvironment } from '../support/terraform.ts';
import { EC2_USER, Ec2Machines } from '../support/vms/ec2-machines.ts';
import { freePort } from '../support/vms/namespace-vm-access.ts';

const root = fileURLToPath(new URL('instances', import.meta.url));

/** The tag that puts an instance into a pool. */
export const POOL_TAG = 'vm-pool:pool';

const ec2 = { username: EC2_USER };

/** Pools whose VMs are EC2 instances, beside those of `Lab`. */
export const EC2_POOLS = {
  pushed: { access: 'instance-connect', check: 'host-key', reset: 'replace-root-volume', ec2 },
  enrolled: { access: 'certificate', check: 'command', reset: 'reboot', ec2 },
  shut: { access: 'session-manager', check: 'none', reset: 'none', ec2 },
  spare: { access: 'certificate', check: 'host-key', reset: 'none', ec2: { ...ec2, minRunning: 0, idleMinutes: 1 } },
} as const;

/** The instance of each pool, and one that nobody may lend. */
export type InstanceName = keyof typeof EC2_POOLS | 'other';

const NAMES: readonly InstanceName[] = ['pushed', 'enrolled', 'shut', 'spare', 'other'];

/** Tags of an instance, without that of its port. */
function tagsOf(name: InstanceName): Readonly<Record<string, string>> {
  return name === 'other' ? { team: 'another' } : { [POOL_TAG]: name };
}

/** EC2 instances that Terraform makes, and their machines. */
export class Ec2Lab {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-instances-'));
  private ids: Readonly<Record<string, string>> = {};

  private constructor(
    private readonly aws: EmulatedAws,
    readonly machines: Ec2Machines,
  ) {}

  static async start(aws: EmulatedAws): Promise<Ec2Lab> {
    return new Ec2Lab(aws, await Ec2Machines.start(aws));
  }

  /** An inventory with the pools of the instances too. */
  static inventory(text: string): string {
    const { pools, ...rest } = JSON.parse(text) as { readonly pools: object };
    return `${JSON.stringify({ ...rest, pools: { ...pools, ...EC2_POOLS } }, null, 2)}\n`;
  }

  /** Makes the instances by Terraform. @param userData - by pool */
  async make(userData: Readonly<Record<string, string>>): Promise<void> {
    const instances: Record<string, object> = {};
    for (const [index, name] of NAMES.entries()) {
      // A session needs no open port.
      const port = name === 'shut' || name === 'other' ? {} : { [PORT_TAG]: String(await freePort()) };
      const tags = { ...tagsOf(name), ...port };
      instances[name] = { private_ip: `127.0.99.${10 + index}`, tags, user_data: userData[name] };
    }
    cpSync(root, this.folder, { recursive: true });
    writeFileSync(path.join(this.folder, 'terraform.tfvars.json'), JSON.stringify({ instances }));
    await this.terraform('init');
    await this.terraform('apply', '-auto-approve');
    this.ids = JSON.parse(await this.terraform('output', '-json', 'ids')) as Record<string, string>;
    await this.machines.settled();
  }

  /** Id of an instance. */
  id(name: InstanceName): string {
    return this.ids[name] ?? '';
  }

  /** Tags by the id of the instance. */
  get tags(): ReadonlyMap<string, Readonly<Record<string, string>>> {
    return new Map(NAMES.map((name) => [this.id(name), tagsOf(name)]));
  }

  /** Ids of the sessions of an instance that have not ended. */
  async sessions(id: string): Promise<string[]> {
    const query = { State: 'Active', Filters: [{ key: 'Target', value: id }] };
    const answer = await this.aws.act('ssm', 'AmazonSSM.DescribeSessions', query);
    return (JSON.parse(answer) as { Sessions: { SessionId: string }[] }).Sessions.map(({ SessionId }) => SessionId);
  }

  async stop(): Promise<void> {
    await this.machines.stop();
    rmSync(this.folder, { recursive: true });
  }

  private async terraform(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runTerraform(
      this.folder,
      args,
      terraformEnvironment(this.aws.variables),
    );
    if (exitCode === 0) return stdout;
    throw new Error(`terraform ${args.join(' ')} ended with ${exitCode}\n${stdout}${stderr}`);
  }
}

/**
 * Changes what the table says of the time of a VM, as if it had passed: what takes minutes on AWS takes a moment here.
 *
 * @param change - of the VM's times, by what they are
 */
export async function passTime(
  database: DynamoDbLocal,
  tableName: string,
  vmId: string,
  change: (status: VmStatus) => Partial<VmStatus>,
): Promise<void> {
  const { endpoint, region, credentials } = database.clientConfig as {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  const place = { endpoint, region, credentials };
  const store = createDynamoStore({ tableName, eventsKeptDays: 90, countsMaxAgeMs: 0, clock: Date.now, ...place });
  const status = await store.status(vmId);
  if (status === undefined) throw new Error(`there is no ${vmId}`);
  await store.change(status, { ...unchanged(status), ...change(status) }, undefined);
}
