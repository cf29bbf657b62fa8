import type { Clock } from '../../pool/ports.ts';
import type { CallerOf } from './caller.ts';
import type { IamIdentities } from './iam.ts';
import { iamCallers } from './iam.ts';
import type { JwtIdentities } from './jwt.ts';
import { jwtCallers } from './jwt.ts';
import { limited } from './request-limit.ts';

/** How API Gateway verifies callers, and what it makes of them. */
export type Verification = ({ readonly kind: 'iam' } & IamIdentities) | ({ readonly kind: 'jwt' } & JwtIdentities);

/** Callers whom API Gateway has verified, each limited to `requestsPerMinute`. */
export function verifiedCallers(verification: Verification, requestsPerMinute: number, clock: Clock): CallerOf {
  const callers = verification.kind === 'iam' ? iamCallers(verification) : jwtCallers(verification);
  return limited(callers, requestsPerMinute, clock);
}
