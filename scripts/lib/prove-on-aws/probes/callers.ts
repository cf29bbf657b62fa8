import { randomUUID } from 'node:crypto';
import type { Answer } from '../../api-client/client.ts';
import { worded } from '../../api-client/wording.ts';
import { borrowAndRelease } from '../../smoke-test/canary.ts';
import { StepFailed } from '../../smoke-test/step.ts';
import type { Account, Sent } from '../account.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

const IAM = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html';
const JWT = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html';

/** What API Gateway answers in place of the function, by who may call. */
const REFUSED = { iam: 403, jwt: 401 } as const;

/** Probes of who may call. */
export const CALLERS: readonly Probe[] = [
  {
    id: 'anonymous-borrower',
    question: 'Does API Gateway guard the calls of borrowers? Only the real one judges signatures and tokens.',
    sources: [IAM, JWT],
    how: 'GET /pool without an identity',
    expected: 'authorization none: 200; iam: 403; jwt: 401',
    run: async (account) => {
      const { guard } = account;
      return hasStatus(await account.anonymous('GET /pool'), guard === 'none' ? 200 : REFUSED[guard]);
    },
  },
  {
    id: 'identified-borrower',
    question: 'Does API Gateway accept the signature, or the token of the real issuer, and pass the identity on?',
    sources: [IAM, JWT],
    how: 'GET /pool with the identity of this computer',
    expected: '200',
    run: async (account) => {
      const { guard } = account;
      if (guard === 'none') return skipped('anybody may borrow (authorization none)');
      return hasStatus(await (await account.client(guard)).call('GET /pool'), 200);
    },
  },
  {
    id: 'forged-identity',
    question: 'Does API Gateway refuse a signature by another secret, or a token with another signature?',
    sources: [IAM, JWT],
    how: 'GET /pool with a forged identity',
    expected: 'authorization iam: 403; jwt: 401',
    run: async (account) => {
      const { guard } = account;
      if (guard === 'none') return skipped('anybody may borrow (authorization none)');
      return hasStatus(await (await account.client(guard, forged)).call('GET /pool'), REFUSED[guard]);
    },
  },
  {
    id: 'anonymous-operator',
    question: 'Does API Gateway guard the calls of operators, where borrowers need no identity too?',
    sources: [IAM, JWT],
    how: 'GET /vms without an identity',
    expected: 'authorization none, iam: 403; jwt: 401',
    run: async (account) => hasStatus(await account.anonymous('GET /vms'), REFUSED[operatorGuard(account)]),
  },
  {
    id: 'identified-operator',
    question: 'Does a call of an operator reach the function when it is signed, or has a token?',
    sources: [IAM],
    how: 'GET /vms with the identity of this computer',
    expected: "200 for an operator, the function's own 403 forbidden for anybody else",
    run: async (account) => {
      const answer = await (await account.client(operatorGuard(account))).call('GET /vms');
      return judged(answer.status === 200 || isProblem(answer, 403, 'forbidden'), worded(answer));
    },
  },
  {
    id: 'another-user',
    question: 'Is the user the one that API Gateway verified, whatever the request claims?',
    sources: ['README.md, the refusal not_yours'],
    how: 'GET /lease with the userid of somebody else',
    expected: '403 not_yours',
    run: async (account) => {
      const { guard } = account;
      if (guard === 'none') return skipped('a userid is only a claim (authorization none)');
      const client = await account.client(guard);
      const answer = await client.call('GET /lease', { userid: `nobody-${randomUUID()}` });
      if (isProblem(answer, 404, 'no_lease') && (await client.call('GET /vms')).status === 200) {
        return skipped('the identity is an operator, who may act for others');
      }
      return judged(isProblem(answer, 403, 'not_yours'), worded(answer));
    },
  },
  {
    id: 'canary',
    question: 'Does the deployed service lend and take back a VM?',
    sources: ['scripts/smoke-test'],
    how: 'borrow a VM for a minute and give it back',
    expected: 'each step as scripts/smoke-test expects it',
    run: canary,
  },
];

async function canary(account: Account): Promise<Finding> {
  const { guard } = account;
  const { clock, sleep } = account.parts;
  const who = guard === 'none' ? { userid: `canary-${randomUUID()}` } : {};
  const lines: string[] = [];
  try {
    await borrowAndRelease(
      { api: await account.client(guard), who },
      { clock, sleep, say: (line) => lines.push(line) },
    );
    return judged(true, `${String(lines.length)} steps passed`);
  } catch (error) {
    if (error instanceof StepFailed) return judged(false, error.message);
    throw error;
  }
}

/** How operators identify, who always do: by IAM where borrowers need not. */
export function operatorGuard({ guard }: Account): 'iam' | 'jwt' {
  return guard === 'none' ? 'iam' : guard;
}

/** What somebody sends who knows the key id or the claims, but not the secret: another signature. */
function forged({ authorization = '', ...headers }: Sent): Sent {
  const another = (first: string) => (first === 'a' ? 'b' : 'a');
  return { ...headers, authorization: authorization.replace(/(?<=[.=])\w(?=[^.=]*$)/, another) };
}

function hasStatus(answer: Answer, status: number): Finding {
  return judged(answer.status === status, worded(answer));
}

function isProblem({ status, body }: Answer, wanted: number, code: string): boolean {
  return status === wanted && body.code === code;
}
