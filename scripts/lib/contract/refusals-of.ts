import type { DocumentedCall } from '../../../lambda/http/call.ts';
import type { ProblemCode } from '../../../lambda/http/refusals.ts';

/** Refusals that any call may meet. */
const GENERAL: readonly ProblemCode[] = ['internal', 'invalid_request', 'payload_too_large', 'unsupported_media_type'];

/**
 * Every refusal that a call may answer, sorted. `not_found` and `method_not_allowed` are for requests that match no
 * call.
 */
export function refusalsOf({ call, refusals, isStatic = false }: DocumentedCall): readonly ProblemCode[] {
  const ofGate: readonly ProblemCode[] = call.audience === 'operators' ? ['forbidden'] : [];
  const ofStore: readonly ProblemCode[] = isStatic ? [] : ['store_unavailable'];
  return [...GENERAL, ...ofGate, ...ofStore, ...refusals].sort();
}
