/** The page of deployments where people sign in at an OpenID Connect issuer. */
import { IssuerGate } from './gate/issuer-gate.tsx';
import { start } from './start.tsx';

start(IssuerGate);
