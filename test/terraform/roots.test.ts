/** The module that others call, the environments and the bootstrap; and the format of all that is in `terraform/`. */
import { fileURLToPath } from 'node:url';
import { it } from '@jest/globals';
import { describeOwnTests, expectSuccess, foldersIn } from './own-tests.ts';

it('terraform is formatted', async () => {
  const folder = fileURLToPath(new URL('../../terraform', import.meta.url));
  await expectSuccess(folder, ['fmt', '-check', '-diff', '-recursive']);
});

describeOwnTests(['.', 'bootstrap', ...foldersIn('environments')], true);
describeOwnTests(foldersIn('examples'), false);
