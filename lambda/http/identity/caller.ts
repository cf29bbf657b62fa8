import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as v from 'valibot';
import type { Audience } from '../audience.ts';
import type { Facts } from '../facts.ts';
import { userid } from '../fields.ts';
import { Problem } from '../problem.ts';

/** Who makes a request, as API Gateway has verified it. */
export interface Caller {
  readonly userId: string;
  /** Whether the caller may give operators' orders, and act for other users. */
  readonly isOperator: boolean;
}

/**
 * Turns what API Gateway has verified of a request into its caller. There is one for each kind of `AUTHORIZATION`.
 *
 * @returns undefined for a borrower's call where nobody asks who borrows
 * @throws {@link Problem} `unusable_identity` when the caller can't be a user, `forbidden` when the call is for
 *   operators and the caller is none
 */
export type CallerOf = (
  event: APIGatewayProxyEventV2,
  audience: Exclude<Audience, 'everybody'>,
  facts: Facts,
) => Caller | undefined;

/** The same, which may have to ask somebody else first. */
export type Identify = (...request: Parameters<CallerOf>) => ReturnType<CallerOf> | Promise<ReturnType<CallerOf>>;

/** How much of a name that somebody else chose is logged or answered. */
export const LONGEST_NAME = 128;

/**
 * A caller with this user id. An id that does not fit is refused and never changed: two users must not become one.
 *
 * @throws {@link Problem} `unusable_identity`
 */
export function callerNamed(userId: string, isOperator: boolean): Caller {
  const { success, issues } = v.safeParse(userid, userId);
  if (success) return { userId, isOperator };
  throw unusable(`the user id ${JSON.stringify(userId.slice(0, LONGEST_NAME))} ${issues[0].message}`);
}

/** The refusal of a caller who is verified and yet can't be a user. */
export function unusable(detail: string): Problem {
  return new Problem('unusable_identity', detail);
}

/** @throws {@link Problem} `forbidden` when the call is for operators and the caller is none */
export function admitted(caller: Caller, audience: Audience, facts: Facts, detail: string): Caller {
  facts.userId = caller.userId;
  if (audience !== 'operators' || caller.isOperator) return caller;
  throw new Problem('forbidden', detail);
}
