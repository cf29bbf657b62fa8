import { ec2World, TAGS } from '../../support/providers/ec2-world.ts';
import { CERTIFICATE_POOL, HOST_KEY, vmEntry } from '../../support/providers/inventory.ts';
import { describeVmPower } from '../vm-power.ts';
import { describeVmProvider } from '../vm-provider.ts';

const ec2 = { username: 'ubuntu' };

/** One pool for each way to log in, and one without EC2. */
const POOLS = {
  default: CERTIFICATE_POOL,
  lab: { ...CERTIFICATE_POOL, aliases: ['debian'], ec2 },
  ami: { access: 'certificate', check: 'none', reset: 'replace-root-volume', ec2: { ...ec2, hostKeys: [HOST_KEY] } },
  connect: { access: 'instance-connect', check: 'host-key', reset: 'none', ec2: { ...ec2, minRunning: 0 } },
  inside: { access: 'session-manager', check: 'none', reset: 'replace-root-volume', ec2: { ...ec2, minRunning: 1 } },
};

function make() {
  const world = ec2World(JSON.stringify({ pools: POOLS, vms: [vmEntry()] }));
  for (const [at, pool] of ['lab', 'lab', 'ami', 'connect', 'inside'].entries()) {
    world.ec2.add(`i-0${at}`, { [TAGS.pool]: pool }, pool === 'ami' ? { hostKeys: [HOST_KEY] } : {});
  }
  return world;
}

describeVmProvider('ec2', () => {
  const world = make();
  return {
    provider: world.provider,
    loseInventory: () => {
      world.read = async () => Promise.reject(new Error('no answer'));
      world.ec2.fail('tagged', 'RequestLimitExceeded', 503, 9);
      world.nowMs += 3_600_000;
    },
    silenceVms: () => {
      world.visit = () => new Promise(() => undefined);
    },
  };
});

describeVmPower('ec2', () => {
  const world = make();
  return {
    provider: world.provider,
    pass: (seconds) => {
      world.nowMs += seconds * 1_000;
    },
    stop: async (id) => world.ec2.stop([id]),
    terminate: (id) => {
      world.ec2.terminate(id);
    },
    refuseStop: (id) => {
      world.ec2.get(id).canStop = false;
    },
  };
});
