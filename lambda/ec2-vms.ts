/** Puts together what finds and reaches EC2 instances. Loaded only where the settings ask for EC2. */
import { createEc2 } from './aws/ec2-client.ts';
import { createInstanceConnect } from './aws/ec2-instance-connect.ts';
import { createSessions } from './aws/sessions.ts';
import type { VmProvider } from './pool/provider.ts';
import { confirmationOf } from './providers/ec2/confirmation.ts';
import { Instances } from './providers/ec2/instances.ts';
import { Ec2Provider } from './providers/ec2/provider.ts';
import type { KnownInventory, Search } from './providers/inventory/known.ts';
import type { CheckPorts } from './providers/ssh/check.ts';
import type { AwsSettings, InstanceTags } from './settings-types.ts';

/** EC2, before the inventory is known that says which pools to look for. */
export interface Ec2Vms {
  readonly search: Search;
  /** @param listed - has the VMs that the inventory lists */
  readonly providerOver: (listed: VmProvider, known: KnownInventory, ports: CheckPorts) => VmProvider;
}

/** Makes the clients of AWS. */
export function createEc2Vms(aws: AwsSettings, tags: InstanceTags, clock: CheckPorts['clock']): Ec2Vms {
  const ec2 = createEc2(aws);
  const instances = new Instances(ec2, tags, clock);
  return {
    search: { found: () => instances.last?.vms, nameOf: confirmationOf },
    providerOver(listed, known, ports) {
      const access = { instanceConnect: createInstanceConnect(aws), sessions: createSessions(aws), region: aws.region };
      return new Ec2Provider({ ...ports, ...access, ec2, instances, known, listed });
    },
  };
}
