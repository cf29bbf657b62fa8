import { createHash } from 'node:crypto';
import type { PolicyDocument } from '../emulated-aws/iam.ts';
import { ACCOUNT_ID } from '../emulated-aws/server.ts';

/** Somebody with AWS credentials. */
export interface AwsCaller {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Part of the credentials of a role session */
  readonly sessionToken?: string;
  /** As `aws sts get-caller-identity` shows it */
  readonly userArn: string;
  /** As `aws sts get-caller-identity` shows it: `AIDA...` or `AROA...:SESSION` */
  readonly userId: string;
  readonly accountId: string;
  /** Undefined for a caller who may do everything */
  readonly policy?: PolicyDocument | undefined;
}

/** An IAM user. @param path - such as `/team/` */
export function iamUser(name: string, policy?: PolicyDocument, path = '/', accountId = ACCOUNT_ID): AwsCaller {
  const userArn = `arn:aws:iam::${accountId}:user${path}${name}`;
  const userId = `AIDA${letters(userArn)}`;
  return { ...keys('AKIA', userArn), userArn, userId, accountId, policy };
}

/** A session of a role. Its caller has chosen the session's name, unless the role's trust policy forbids it. */
export function roleSession(role: string, session: string, policy?: PolicyDocument): AwsCaller {
  const userArn = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/${session}`;
  const userId = `AROA${letters(role)}:${session}`;
  const sessionToken = `session+token/${letters(userArn)}==`;
  return { ...keys('ASIA', userArn), sessionToken, userArn, userId, accountId: ACCOUNT_ID, policy };
}

function keys(prefix: string, arn: string): Pick<AwsCaller, 'accessKeyId' | 'secretAccessKey'> {
  const secretAccessKey = createHash('sha256').update(arn).digest('base64').slice(0, 40);
  return { accessKeyId: `${prefix}${letters(arn)}`, secretAccessKey };
}

function letters(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16).toUpperCase();
}
