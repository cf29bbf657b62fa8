import { readFileSync } from 'node:fs';
import { staticWorld } from '../../support/providers/static-world.ts';
import { describeVmProvider } from '../vm-provider.ts';

const example = new URL('../../../terraform/examples/static-inventory/vms.json', import.meta.url);

describeVmProvider('static', () => {
  const world = staticWorld(readFileSync(example, 'utf8'));
  return {
    provider: world.provider,
    loseInventory: () => {
      world.read = async () => Promise.reject(new Error('no answer'));
      world.nowMs += 3_600_000;
    },
    silenceVms: () => {
      world.report = () => new Promise(() => undefined);
    },
  };
});
