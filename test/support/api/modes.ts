/** The three ways of a deployment to know its callers, each before a gateway on this computer. */
import type { Authorization } from '../../../lambda/http/audience.ts';
import type { Authorizer } from '../../../scripts/lib/gateway/authorizer.ts';
import { IssuerKeys } from '../../../scripts/lib/gateway/issuer-keys.ts';
import { jwtAuthorizer } from '../../../scripts/lib/gateway/jwt-authorizer.ts';
import { iamAuthorizer } from '../emulated-aws/iam-authorizer.ts';
import { IamUsers } from '../identity/iam-users.ts';
import type { Identify } from '../identity/identify.ts';
import { byIam, byToken, OPERATOR_CLAIM } from '../identity/identify.ts';
import { AUDIENCE, TestIssuer } from '../identity/test-issuer.ts';

/** The only operator in each {@link Mode}. */
export const OPERATOR = 'ops';

/** A value of `AUTHORIZATION`, and who may call then. */
export interface Mode {
  readonly authorization: Authorization;
  /** Settings of the function */
  readonly variables: Readonly<Record<string, string>>;
  /** What stands before the guarded routes; undefined when anybody may call them */
  readonly authorizer?: Authorizer;
  readonly identify: Identify;
  /** Environment variables of a computer where somebody calls */
  variablesOf(name: string): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

/** Nobody is asked who they are. An operator of a server on this computer sends a name. */
export const ANONYMOUS: Mode = {
  authorization: 'none',
  variables: { ADMIN_USERS: OPERATOR },
  identify: async ({ headers }, name) => ({ 'x-operator': name, ...headers }),
  variablesOf: async () => ({}),
  stop: async () => undefined,
};

/** All modes. The caller stops the one that it starts. */
export const MODES: Readonly<Record<Authorization, () => Promise<Mode>>> = {
  none: async () => ANONYMOUS,
  iam: async () => {
    const users = new IamUsers();
    return {
      authorization: 'iam',
      variables: { AUTHORIZATION: 'iam', AWS_REGION: 'us-east-1', OPERATOR_ARNS: users.named(OPERATOR).userArn },
      authorizer: iamAuthorizer(users),
      identify: byIam(users),
      variablesOf: async (name) => {
        const { accessKeyId, secretAccessKey } = users.named(name);
        return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      },
      stop: async () => undefined,
    };
  },
  jwt: async () => {
    const issuer = await TestIssuer.start();
    const { name, value } = OPERATOR_CLAIM;
    const keys = new IssuerKeys(issuer.url);
    const identify = byToken(issuer, (user) => user === OPERATOR);
    return {
      authorization: 'jwt',
      variables: {
        AUTHORIZATION: 'jwt',
        JWT_ISSUER: issuer.url,
        JWT_AUDIENCES: AUDIENCE,
        JWT_OPERATOR_CLAIM: name,
        JWT_OPERATOR_VALUES: value,
      },
      authorizer: jwtAuthorizer({ issuer: issuer.url, audiences: [AUDIENCE], keys }),
      identify,
      variablesOf: async (name) => {
        const { authorization = '' } = await identify({ method: 'GET', url: issuer.url }, name);
        return { VM_POOL_TOKEN: authorization.replace('Bearer ', '') };
      },
      stop: () => issuer.stop(),
    };
  },
};
