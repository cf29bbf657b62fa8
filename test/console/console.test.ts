import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { MODES, OPERATOR } from '../support/api/modes.ts';
import { card } from '../support/console/acts.ts';
import { inspect } from '../support/console/inspection.ts';
import type { LocalSite } from '../support/console/sites.ts';
import { serveSite, startLocalSite } from '../support/console/sites.ts';
import { useWindows } from '../support/console/windows.ts';
import { OpenIdProvider } from '../support/identity/openid-provider.ts';
import { CLIENT_ID } from '../support/identity/provider-settings.ts';
import { AUDIENCE } from '../support/identity/test-issuer.ts';
import { someVms } from '../support/pool/lending.ts';
import { START_MS } from '../support/processes/local-server.ts';
import { borrowerStories } from './borrower-stories.ts';
import { ec2Stories } from './ec2-stories.ts';
import { operatorStories } from './operator-stories.ts';
import { tokenStories } from './token-stories.ts';
import { weatherStories } from './weather-stories.ts';

const open = useWindows();

describe('the page of npm start, where nobody asks who borrows', () => {
  let site: LocalSite;
  beforeAll(async () => {
    site = await startLocalSite({ ADMIN_USERS: OPERATOR });
  }, START_MS);
  afterAll(() => site.stop());

  borrowerStories(open, () => site.url);
  operatorStories(open, () => site.url);
});

describe('the page of npm start, where callers send tokens', () => {
  let site: LocalSite;
  let provider: OpenIdProvider;
  beforeAll(async () => {
    provider = await OpenIdProvider.start();
    const operators = { JWT_OPERATOR_CLAIM: 'groups', JWT_OPERATOR_VALUES: 'ops' };
    const signIn = { SIGN_IN_CLIENT_ID: CLIENT_ID, SIGN_IN_SCOPES: 'openid profile email offline_access' };
    site = await startLocalSite({ ...operators, ...signIn }, ['--issuer', provider.url, '--audience', AUDIENCE]);
  }, START_MS);
  afterAll(() => Promise.all([site.stop(), provider.stop()]));

  tokenStories(
    open,
    () => site.url,
    () => provider,
  );
});

describe('the page in all weathers', () => {
  weatherStories(open);
});

describe('the page where VMs start and go', () => {
  ec2Stories(open);
});

describe.each([
  { which: 'where callers sign by AWS credentials', mode: 'iam' as const },
  { which: 'where no client is named with which people sign in', mode: 'jwt' as const },
])('the page $which', ({ mode: name }) => {
  it('says how to use the command line', async () => {
    const mode = await MODES[name]();
    const served = await serveSite(someVms(1), mode);
    const { page } = await open({ url: `${served.url}/` });
    const steps = card(page, 'Use the command line');
    await steps.getByText(`export VM_POOL_URL=${served.url}`).waitFor();
    await inspect(page, `command-line-${name}`);
    await Promise.all([served.close(), mode.stop()]);
  });
});
