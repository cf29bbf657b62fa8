import type { Json } from '../api-client/client.ts';
import { ApiClient } from '../api-client/client.ts';
import type { Guard } from '../api-client/guard.ts';
import { guardOf } from '../api-client/guard.ts';
import { wordedError } from '../api-client/wording.ts';
import type { CanaryPorts, Step } from './step.ts';
import { failed, make } from './step.ts';

/** How long a new deployment may take until it answers, milliseconds. */
export const START_MS = 60_000;

const SHOWN = {
  none: 'anybody may borrow',
  iam: 'borrowers sign with AWS credentials',
  jwt: 'borrowers send a token',
} as const;

/**
 * Waits until the deployment answers, then reads in its own contract who may borrow.
 *
 * @param url - base URL of the API
 * @throws StepFailed when it does not answer as it should
 */
export async function meet(url: string, ports: CanaryPorts): Promise<Guard> {
  const api = new ApiClient(url);
  const step = (route: string, shows: Step['shows']): Step => {
    const holds: Step['holds'] = ({ status }) => status === 200;
    return { route, send: () => api.call(route), patienceMs: START_MS, expected: '200', holds, shows };
  };
  await make(
    step('GET /health', () => 'the service works'),
    ports,
  );
  const { body } = await make(
    step('GET /openapi.json', (answer) => SHOWN[guardIn(answer.body, ports)]),
    ports,
  );
  return guardOf(body);
}

function guardIn(contract: Json, ports: CanaryPorts): Guard {
  try {
    return guardOf(contract);
  } catch (error) {
    throw failed('GET /openapi.json', 'the security of POST /getvm', wordedError(error), ports);
  }
}
