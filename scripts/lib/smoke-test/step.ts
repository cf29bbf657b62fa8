import type { Answer } from '../api-client/client.ts';
import { worded, wordedError } from '../api-client/wording.ts';
import { visible } from '../logs/terminal.ts';
import type { Waiting } from './patience.ts';
import { patiently } from './patience.ts';

/** A step did not go as it should; the report already says so. */
export class StepFailed extends Error {}

/** What the canary needs from outside. */
export interface CanaryPorts extends Waiting {
  /** Takes one line of the report. */
  readonly say: (line: string) => void;
}

/** One call, and what its answer should be. */
export interface Step {
  readonly route: string;
  /** Sends the call; it must be safe to repeat. */
  readonly send: () => Promise<Answer>;
  /** How long to repeat the call while the deployment is not ready, milliseconds. */
  readonly patienceMs: number;
  readonly expected: string;
  readonly holds: (answer: Answer) => boolean;
  /** What the answer shows, for the report. */
  readonly shows: (answer: Answer) => string;
}

/** Makes a step and reports it in one line. @throws {@link StepFailed} when the answer is another than expected */
export async function make({ route, send, patienceMs, expected, holds, shows }: Step, ports: CanaryPorts) {
  const answer = await patiently(send, patienceMs, ports).catch((error: unknown) => {
    throw failed(route, expected, `no answer: ${wordedError(error)}`, ports);
  });
  if (!holds(answer)) throw failed(route, expected, worded(answer), ports);
  ports.say(visible(`ok      ${route}: ${shows(answer)}`));
  return answer;
}

/** Reports what was expected and what came. */
function failed(route: string, expected: string, got: string, { say }: CanaryPorts): StepFailed {
  const line = visible(`FAILED  ${route}: expected ${expected}; got ${got}`);
  say(line);
  return new StepFailed(line);
}
