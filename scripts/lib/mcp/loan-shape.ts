import * as z from 'zod/v4';
import { MINUTE_MS } from './heartbeat.ts';
import type { Loan } from './loan.ts';

/** What tools answer about the VM in use. */
export const LOAN = z.object({
  vm: z.object({
    id: z.string(),
    pool: z.string(),
    host: z.string(),
    port: z.number().int(),
    username: z.string(),
  }),
  isReady: z.boolean().describe('false: the VM is being started; run_command waits for it, half a minute each time'),
  expiresAt: z.string().describe('when the VM goes back, ISO 8601 in UTC'),
  minutesLeft: z.number().int(),
  borrowedHere: z
    .boolean()
    .describe('false: the user borrowed it outside this session, so this session neither renews it nor gives it back'),
});

/** A loan as tools show it. */
export function loanBody({ vm, isReady, endsAtMs, isOwn }: Loan): z.output<typeof LOAN> {
  const minutesLeft = Math.max(0, Math.round((endsAtMs - Date.now()) / MINUTE_MS));
  return { vm, isReady, expiresAt: instant(endsAtMs), minutesLeft, borrowedHere: isOwn };
}

/** A time as the API writes it. */
function instant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
