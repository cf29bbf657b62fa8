import type { Answer } from '../api-client/client.ts';

/** What waiting needs from outside. */
export interface Waiting {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** What a later call of the service gets when it is only busy for a moment. */
const PASSING = new Set(['store_unavailable', 'too_many_requests']);

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Repeats a call until the function itself answers. A new deployment may need seconds: for its name in DNS, its stage,
 * the permission of API Gateway to call the function, and the caller's IAM policy. With one process, API Gateway also
 * answers 503 while a tick runs. The call must be safe to repeat.
 *
 * @returns the last answer, whatever it is
 * @throws the error of the network if that was the last
 */
export async function patiently(
  call: () => Promise<Answer>,
  patienceMs: number,
  { clock, sleep }: Waiting,
): Promise<Answer> {
  const endMs = clock() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const isLast = clock() + pauseMs > endMs;
    try {
      const answer = await call();
      if (isLast || !mayPass(answer)) return answer;
    } catch (error) {
      if (isLast) throw error;
    }
    await sleep(pauseMs);
  }
}

/** Whether the same call may get another answer soon. Answers without a `code` come from API Gateway, not the function. */
function mayPass({ status, body: { code } }: Answer): boolean {
  if (typeof code === 'string') return PASSING.has(code);
  return [403, 404, 429].includes(status) || status >= 500;
}
