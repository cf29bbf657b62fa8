import type { Authenticate } from '../../../lambda/client/client.ts';
import { IdentityMissing } from './identity-options.ts';

/** Stands for `signature.ts` in browsers, see `browser` in `package.json`. @throws {@link IdentityMissing} always */
export async function signature(): Promise<Authenticate> {
  throw new IdentityMissing('a browser has no AWS credentials: give createClient an authenticate of your own');
}
