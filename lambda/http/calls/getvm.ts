import * as v from 'valibot';
import { grant } from '../answer-schemas.ts';
import { grantBody, noteGrant } from '../bodies.ts';
import { call, documented } from '../call.ts';
import { idempotencyKey, minutes, pool, sshPublicKey, userid } from '../fields.ts';
import { GRANT, STARTING_GRANT } from './examples.ts';

/** Lends one VM. */
export const getVm = call({
  route: 'POST /getvm',
  audience: 'borrowers',
  parameters: {
    userid,
    pool: v.optional(pool),
    minutes: v.optional(minutes),
    sshPublicKey: v.optional(sshPublicKey),
  },
  headers: { 'Idempotency-Key': v.optional(idempotencyKey) },
  handle: async (
    { userid: userId, 'Idempotency-Key': idempotencyKey, ...wish },
    { requestId, who, facts },
    { lending },
  ) => {
    Object.assign(facts, { userId, pool: wish.pool });
    const granted = await lending.acquire({ userId, who, idempotencyKey, ...wish }, requestId);
    const body = grantBody(granted);
    noteGrant(facts, granted, body);
    return { message: messageOf(body), ...body };
  },
});

function messageOf({ vm: { id, status }, lease }: ReturnType<typeof grantBody>): string {
  if (status === 'ready') return `${id} is yours until ${lease.expiresAt}`;
  if (status === 'gone') return `${id} no longer exists; give it back, then borrow another`;
  return `${id} is yours and is being started; ask GET /lease until it is ready`;
}

/** For the contract. */
export const documentation = () => [
  documented(getVm, {
    summary: 'Lends one VM',
    answer: { message: v.string(), ...grant },
    example: { message: 'vm-01 is yours until 2026-11-21T13:00:00Z', ...GRANT },
    otherExamples: {
      starting: {
        message: 'vm-01 is yours and is being started; ask GET /lease until it is ready',
        ...STARTING_GRANT,
      },
    },
    refusals: [
      'access_unavailable',
      'already_allocated',
      'idempotency_key_reused',
      'idempotency_key_spent',
      'lease_too_long',
      'pool_empty',
      'ssh_public_key_needed',
      'unknown_pool',
    ],
  }),
];
