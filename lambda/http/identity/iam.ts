import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import type { CallerOf } from './caller.ts';
import { admitted, callerNamed, LONGEST_NAME, unusable } from './caller.ts';
import { fitsAny } from './wildcards.ts';

/** Who of those who sign with AWS credentials is who. Patterns may contain the wildcards `*` and `?`. */
export interface IamIdentities {
  /** ARNs of operators. */
  readonly operatorArns: readonly string[];
  /** Names of the roles whose sessions are users by their session name. */
  readonly sessionNameRoles: readonly string[];
}

/** What an ARN says of a signer. */
interface Principal {
  readonly userId: string;
  /** The ARN that the patterns of operators are compared with. */
  readonly arn: string;
}

/** Stands for a session name that its caller may have chosen: only a wildcard fits it. */
const ANY_SESSION = '\0';

const DETAIL =
  'this call is for operators: OPERATOR_ARNS must contain your ARN, as aws sts get-caller-identity shows it';

/**
 * `AUTHORIZATION=iam`: callers sign with AWS credentials, and API Gateway verifies the signature.
 *
 * - IAM user `alice` is `alice`.
 * - A session of a role in `sessionNameRoles` is its session name. IAM Identity Center sets that to the person's user
 *   name.
 * - A session of any other role is `role/NAME`: whoever may assume a role chooses the name of the session, and could
 *   take somebody else's.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export function iamCallers({ operatorArns, sessionNameRoles }: IamIdentities): CallerOf {
  const isOperator = fitsAny(operatorArns);
  const hasTrustedSessions = fitsAny(sessionNameRoles);
  return (event, audience, facts) => {
    const { userId, arn } = principalOf(signerOf(event), event.requestContext.accountId, hasTrustedSessions);
    return admitted(callerNamed(userId, isOperator(arn)), audience, facts, DETAIL);
  };
}

/** API Gateway sets this on routes with AWS_IAM authorization only; a caller can't. */
function signerOf(event: APIGatewayProxyEventV2): string {
  const { authorizer } = event.requestContext as Partial<APIGatewayProxyEventV2WithIAMAuthorizer['requestContext']>;
  const arn = (authorizer as Partial<typeof authorizer>)?.iam?.userArn;
  if (arn === undefined) throw unusable('the request is not signed with AWS credentials');
  return arn;
}

const USER = /^arn:[^:]+:iam::(?<account>\d{12}):user\/(?:.+\/)?(?<name>[^/]+)$/;
const SESSION = /^(?<role>arn:[^:]+:sts::(?<account>\d{12}):assumed-role\/(?<name>[^/]+))\/(?<session>[^/]+)$/;

/** Refuses the root user, and federated users: whoever asks for one's credentials chooses its name. */
function principalOf(arn: string, ownAccount: string, hasTrustedSessions: (role: string) => boolean): Principal {
  const { role, account, name = '', session = '' } = (USER.exec(arn) ?? SESSION.exec(arn))?.groups ?? {};
  if (account === undefined) throw unusable(`${printable(arn)} is neither an IAM user nor a session of a role`);
  if (account !== ownAccount) {
    // The names of users and roles are unique in one account only.
    throw unusable(`${printable(arn)} is of another AWS account; assume a role of account ${ownAccount}`);
  }
  if (role === undefined) return { userId: name, arn };
  if (hasTrustedSessions(name)) return { userId: session, arn };
  return { userId: `role/${name}`, arn: `${role}/${ANY_SESSION}` };
}

function printable(arn: string): string {
  return JSON.stringify(arn.slice(0, LONGEST_NAME));
}
