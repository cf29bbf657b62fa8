import type { Configuration } from 'openid-client';
import * as oidc from 'openid-client';
import { CommandError } from '../command-error.ts';
import type { GivenTokens, Visit } from './flow.ts';
import { issuerFault } from './issuer.ts';

/**
 * Signs in with the browser of another device, for a computer without one: by the device flow.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8628
 */
export async function signInByDevice(config: Configuration, { scopes, say, signal }: Visit): Promise<GivenTokens> {
  if (config.serverMetadata().device_authorization_endpoint === undefined) {
    throw new CommandError('the issuer knows no device flow', 'failed', ['sign in with a browser: vm-pool login']);
  }
  try {
    const device = await oidc.initiateDeviceAuthorization(config, { scope: scopes });
    say(`On any device, go to\n  ${device.verification_uri_complete ?? device.verification_uri}`);
    say(`and check that it shows the code ${device.user_code}.`);
    return await oidc.pollDeviceAuthorizationGrant(config, device, undefined, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw issuerFault('the issuer did not sign you in', cause);
  }
}
