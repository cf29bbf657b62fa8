import type { SignIn } from '../../../lambda/client/sign-in.ts';
import type { Answer } from '../api-client/client.ts';
import { ApiClient } from '../api-client/client.ts';
import type { CanaryPorts, Step } from './step.ts';
import { make } from './step.ts';

/** How long a new deployment may take until it answers, milliseconds. */
export const START_MS = 60_000;

const SHOWN: Readonly<Record<SignIn['authorization'], string>> = {
  none: 'anybody may borrow',
  iam: 'borrowers sign with AWS credentials',
  jwt: 'borrowers send a token',
};

/**
 * Waits until the deployment answers, then asks it how its callers identify.
 *
 * @param url - base URL of the API
 * @throws StepFailed when it does not answer as it should
 */
export async function meet(url: string, ports: CanaryPorts): Promise<SignIn> {
  const api = new ApiClient(url);
  const opening = (route: string): Omit<Step, 'holds' | 'shows' | 'expected'> => {
    return { route, send: () => api.call(route), patienceMs: START_MS };
  };
  const works = ({ status }: Answer) => status === 200;
  await make({ ...opening('GET /health'), expected: '200', holds: works, shows: () => 'the service works' }, ports);
  const { body } = await make(
    {
      ...opening('GET /sign-in'),
      expected: `200 with the authorization ${Object.keys(SHOWN).join(', ')}`,
      holds: (answer) => works(answer) && shownOf(answer) !== undefined,
      shows: (answer) => String(shownOf(answer)),
    },
    ports,
  );
  return body as unknown as SignIn;
}

function shownOf({ body }: Answer): string | undefined {
  return new Map<unknown, string>(Object.entries(SHOWN)).get(body.authorization);
}
