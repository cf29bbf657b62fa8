import type { Ec2 } from '../../aws/ec2.ts';
import type { InstanceConnect } from '../../aws/ec2-instance-connect.ts';
import type { Sessions } from '../../aws/sessions.ts';
import type { Verdict } from '../../pool/life.ts';
import type { VmStatus } from '../../pool/vm.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import type { CheckPorts } from '../ssh/check.ts';

/** What opening, checking and starting instances needs from outside. */
export interface InstancePorts extends CheckPorts {
  readonly ec2: Ec2;
  readonly instanceConnect: InstanceConnect;
  readonly sessions: Sessions;
  /** AWS region of the instances. */
  readonly region: string;
}

/** An instance that is checked. Its `vm` is that of the store, at the address that it has now. */
export interface CheckedInstance {
  readonly status: VmStatus;
  readonly pool: Pool;
  readonly signal: AbortSignal;
}

/** One step of a check: the verdict that ends it for now, or nothing if the next step may come. */
export type Step = (checked: CheckedInstance, ports: InstancePorts) => Promise<Verdict | undefined>;
