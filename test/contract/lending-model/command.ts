import { expect } from '@jest/globals';
import type fc from 'fast-check';
import { isRefusal } from '../../../lambda/pool/refusals.ts';
import type { lendingOver } from '../../support/pool/lending.ts';
import type { Model } from './model.ts';

/** The service under test, with its clock and its provider. */
type Real = Awaited<ReturnType<typeof lendingOver>>;

export type Command = fc.AsyncCommand<Model, Real>;

/** The code of the refusal that a call ends with, or `none`. Any other error fails the test. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
  return 'none';
}

/** Checks what must hold after every step. */
async function holdInvariants(model: Model, { store }: Real, users: readonly string[]): Promise<void> {
  const counts = (await store.counts(model.nowSec)).get('default');
  expect(counts).toEqual(model.counts());
  for (const { vm, state, reason, stopped = false } of (await store.statuses({ limit: 100 })).items) {
    const known = model.vm(vm.id);
    expect({ [vm.id]: reason }).toEqual({ [vm.id]: known.reason });
    if (state === 'free') expect({ [vm.id]: stopped }).toEqual({ [vm.id]: known.stopped });
  }
  const grants = await Promise.all(users.map((user) => store.find(user, model.nowSec)));
  users.forEach((user, index) => {
    const lease = model.liveLease(user);
    expect(grants[index]?.lease.id).toBe(lease?.id);
    expect(grants[index]?.lease.expiresAtSec).toBe(lease?.expiresAtSec);
  });
  const lent = grants.flatMap((grant) => (grant === undefined ? [] : [grant.vm.id]));
  expect(new Set(lent).size).toBe(lent.length);
}

export const USERS = ['alice', 'bob', 'carol', 'dave'] as const;

export function command(text: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await holdInvariants(model, real, USERS);
    },
    toString: () => text,
  };
}
