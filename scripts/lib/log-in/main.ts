/** Logs in to the VM that somebody holds: what `scripts/log-in` runs. */
import type { SignIn } from '../../../lambda/client/sign-in.ts';
import { ApiClient } from '../api-client/client.ts';
import { wordedError } from '../api-client/wording.ts';
import { identityFor } from '../client/identity.ts';
import { IdentityMissing } from '../client/identity-options.ts';
import { visible } from '../logs/terminal.ts';
import type { Options } from './options.ts';
import { HELP, OptionsError, parseOptions } from './options.ts';
import type { OpenedVm } from './ssh.ts';
import { logIn } from './ssh.ts';

const REFUSED = 1;
const MISUSED = 2;

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(HELP);
  else process.exitCode = await connect(options);
} catch (error) {
  console.error(`log-in: ${visible(wordedError(error))}`);
  process.exitCode = error instanceof OptionsError || error instanceof IdentityMissing ? MISUSED : REFUSED;
}

async function connect({ url, user, words }: Options): Promise<number> {
  const { status: opened, body: signIn } = await new ApiClient(url).call('GET /sign-in');
  if (opened !== 200) {
    throw new Error(`GET ${url}/sign-in answers ${opened}: give the URL of the API, such as https://.../resources`);
  }
  if (signIn.authorization === 'none' && user === undefined)
    throw new OptionsError('give --user: this service asks nobody who they are');
  const api = new ApiClient(url, await identityFor(signIn as unknown as SignIn, url, { env: process.env }));
  const { status, body } = await api.call('POST /connectvm', user === undefined ? {} : { userid: user });
  if (status !== 200) throw new Error(typeof body.detail === 'string' ? body.detail : `the service answers ${status}`);
  const vm = body.vm as OpenedVm & { readonly login?: string };
  if (vm.login === undefined)
    throw new Error(`${vm.id} is a mock VM, so nobody can log in; see npm start -- --demo-vms`);
  return logIn(vm, words);
}
