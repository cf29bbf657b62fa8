import type { Answer } from './client.ts';

/** The VM of an answer. */
export function vmOf({ body }: Answer): { id: string; state?: string; privateKey?: string } {
  return body.vm as ReturnType<typeof vmOf>;
}

/** The lease of an answer. */
export function leaseOf({ body }: Answer): { id: string; acquiredAt: string; expiresAt: string } {
  return body.lease as ReturnType<typeof leaseOf>;
}

/** Length of an answer's lease, in minutes. */
export function minutesOf(answer: Answer): number {
  const { acquiredAt, expiresAt } = leaseOf(answer);
  return (Date.parse(expiresAt) - Date.parse(acquiredAt)) / 60_000;
}
