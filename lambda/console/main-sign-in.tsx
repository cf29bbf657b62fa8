/** The page of deployments where people sign in at an OpenID Connect issuer. */
import { openSignIn } from './session/oidc.ts';
import { start } from './start.tsx';

start(openSignIn);
