import * as v from 'valibot';
import type { Visitor, VisitReport } from '../pool/visit.ts';

/**
 * Runs a Lambda function and waits for its answer.
 *
 * @param timeoutMs - longest wait
 * @returns what the function answered, which nobody has checked yet
 * @throws when the function can't be run, or has failed
 */
export type Invoke = (functionName: string, payload: object, timeoutMs: number) => Promise<unknown>;

/** How much longer the main function waits than the visit may take: for the visitor's cold start and the way, milliseconds. */
const STARTS_WITHIN_MS = 5_000;

const text = v.pipe(v.string(), v.maxLength(10_000));

/** Undefined members are left out by JSON. */
const report: v.GenericSchema<unknown, VisitReport> = v.variant('ok', [
  v.strictObject({
    ok: v.literal(true),
    exitStatus: v.exactOptional(v.pipe(v.number(), v.integer())),
    output: v.exactOptional(text),
  }),
  v.strictObject({ ok: v.literal(false), reason: text, wrongHostKey: v.exactOptional(text) }),
]);

/** Makes a visitor that lets another Lambda function make each visit, one call a visit. */
export function createLambdaVisitor(functionName: string, invoke: Invoke): Visitor {
  return async (visit) => {
    const answer = await invoke(functionName, visit, visit.limitMs + STARTS_WITHIN_MS);
    const checked = v.safeParse(report, answer);
    if (!checked.success) throw new TypeError(`${functionName} answered something that is not a report of a visit`);
    return checked.output;
  };
}
