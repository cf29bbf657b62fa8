import { Refused, Unreachable } from '../client/refused.ts';

/** A failed call in a sentence. */
export function sentenceOf(fault: unknown): string {
  if (fault instanceof Refused) return refusal(fault);
  if (fault instanceof Unreachable) return 'The API does not answer.';
  return fault instanceof Error ? fault.message : String(fault);
}

function refusal({ problem, status, requestId }: Refused): string {
  const detail = typeof problem.detail === 'string' ? problem.detail : `The API answered with the status ${status}`;
  const faults = faultsOf(problem);
  const said = faults === '' ? detail : faults;
  // A sentence may begin with the id of a VM, which has no capital.
  const sentence = said.replace(/^[a-z](?=[a-z]*[ ,])/, (letter) => letter.toUpperCase()).replace(/[.]?$/, '.');
  return status >= 500 && requestId !== undefined ? `${sentence} Request ${requestId}.` : sentence;
}

/** What is wrong with each parameter. */
function faultsOf({ errors }: Readonly<Record<string, unknown>>): string {
  if (!Array.isArray(errors)) return '';
  return (errors as { field: string; message: string }[]).map(({ field, message }) => `${field} ${message}`).join('; ');
}

/** Whether a call was refused with this code. */
export function isRefused(fault: unknown, code: string): fault is Refused {
  return fault instanceof Refused && fault.code === code;
}

/** Whether the caller is no longer known: the session has ended. */
export function isSessionEnd(fault: unknown): boolean {
  return fault instanceof Refused && fault.status === 401;
}

/** Whether the caller may not make the call. */
export function isForbidden(fault: unknown): boolean {
  return fault instanceof Refused && fault.status === 403;
}

/** Whether the API is away, or out of order. */
export function isAway(fault: unknown): boolean {
  return fault instanceof Unreachable || (fault instanceof Refused && fault.status >= 500);
}
