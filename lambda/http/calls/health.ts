import * as v from 'valibot';
import { StoreUnavailable } from '../../pool/refusals.ts';
import { call, documented } from '../call.ts';

/** Longest wait for the store, milliseconds: shorter than the patience of most probes. */
const PATIENCE_MS = 2_000;

/** Says whether the service works. */
export const health = call({
  route: 'GET /health',
  audience: 'borrowers',
  parameters: {},
  handle: async (_, __, { lending }) => {
    await inTime(lending.ping()).catch((cause: unknown) => {
      throw new StoreUnavailable({ cause });
    });
    return { status: 'ok' };
  },
});

/** For the contract. */
export const documentation = () => [
  documented(health, {
    summary: 'Says whether the service works, its lease store included',
    answer: { status: v.string() },
    example: { status: 'ok' },
    refusals: [],
  }),
];

async function inTime(ping: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the store did not answer within ${PATIENCE_MS} ms`));
    }, PATIENCE_MS);
  });
  try {
    await Promise.race([ping, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
