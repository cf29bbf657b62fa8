import { MockProvider } from '../../../lambda/providers/mock.ts';
import { describeVmProvider } from '../vm-provider.ts';

const nothing = () => undefined;

describeVmProvider('mock', () => ({
  provider: new MockProvider([]),
  loseInventory: nothing,
  silenceVms: nothing,
}));
