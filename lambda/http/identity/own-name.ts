import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as v from 'valibot';
import type { Facts } from '../facts.ts';
import { userid } from '../fields.ts';
import type { ParameterReader } from '../parameters.ts';
import { createReader } from '../parameters.ts';
import { Problem } from '../problem.ts';
import type { Caller } from './caller.ts';

/** Reads the parameters of a borrower's call whose caller is known. */
export type NamedReader = (
  event: APIGatewayProxyEventV2,
  caller: Caller,
  facts: Facts,
) => ReturnType<ParameterReader> & { readonly userid: string };

/**
 * Makes the reader of a borrower's call for callers who are known: they may leave `userid` out, and only an operator
 * may give another one than its own.
 *
 * @returns a reader that throws {@link Problem} `not_yours` too
 */
export function createNamedReader(parameters: v.ObjectEntries, headers: v.ObjectEntries): NamedReader {
  // Made for the first such request: where nobody is asked who borrows, none comes.
  let read: ParameterReader | undefined;
  return (event, caller, facts) => {
    read ??= createReader({ ...parameters, userid: v.optional(userid) }, headers);
    const given = read(event) as { readonly userid?: string };
    const named = given.userid ?? caller.userId;
    if (named === caller.userId) return { ...given, userid: named };
    if (caller.isOperator) {
      facts.who = caller.userId;
      return { ...given, userid: named };
    }
    facts.claimedUser = named;
    throw new Problem('not_yours', `you are ${caller.userId}; leave userid out, or send your own`);
  };
}
