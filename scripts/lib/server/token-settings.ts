import type { Authorizer } from '../gateway/authorizer.ts';
import { IssuerKeys } from '../gateway/issuer-keys.ts';
import { jwtAuthorizer } from '../gateway/jwt-authorizer.ts';
import { isTamperProof } from '../gateway/loopback.ts';

/** Whose tokens the server accepts. */
export interface TokenSettings {
  /** URL of the issuer, equal to the claim `iss` */
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/** Options of the command line that belong to tokens. */
interface Options {
  readonly issuer?: string | undefined;
  readonly audience?: readonly string[] | undefined;
}

/**
 * Reads whose tokens the server accepts.
 *
 * @returns undefined when anybody may call
 * @throws Error that says what would be right
 */
export function tokenSettings(
  { issuer, audience: audiences = [] }: Options,
  env: Readonly<Record<string, string | undefined>>,
): TokenSettings | undefined {
  const { AUTHORIZATION, ADMIN_USERS } = env;
  if (AUTHORIZATION === 'iam') {
    throw new Error('AUTHORIZATION=iam works on AWS only: nobody else can verify the signatures of AWS credentials');
  }
  if (issuer === undefined && audiences.length === 0) {
    if (AUTHORIZATION === 'jwt') throw new Error('AUTHORIZATION=jwt needs --issuer and --audience');
    return undefined;
  }
  if (AUTHORIZATION && AUTHORIZATION !== 'jwt') {
    throw new Error(`--issuer means AUTHORIZATION=jwt, but AUTHORIZATION is ${AUTHORIZATION}`);
  }
  if (ADMIN_USERS)
    throw new Error(
      'ADMIN_USERS and --issuer exclude each other: with tokens, JWT_OPERATOR_CLAIM says who is an operator',
    );
  return { issuer: checkedIssuer(issuer), audiences: checkedAudiences(audiences) };
}

function checkedIssuer(issuer: string | undefined): string {
  if (!issuer) throw new Error('--audience needs --issuer, whose tokens the server accepts');
  if (!URL.canParse(issuer) || !isTamperProof(new URL(issuer))) {
    throw new Error(`--issuer must be an https URL, not "${issuer}"; http is for an issuer on this computer`);
  }
  if (/[?#@]/.test(issuer)) throw new Error('--issuer must be a URL without user, query or fragment');
  return issuer;
}

function checkedAudiences(audiences: readonly string[]): readonly string[] {
  if (audiences.length === 0 || audiences.includes(''))
    throw new Error('--issuer needs --audience, whom its tokens are for');
  if (audiences.some((audience) => /[\s,]/.test(audience)))
    throw new Error('--audience must be an audience without spaces or commas; give several by several --audience');
  return audiences;
}

/** Environment variables of the function for these tokens. */
export function variablesOf({ issuer, audiences }: TokenSettings): Readonly<Record<string, string>> {
  return { AUTHORIZATION: 'jwt', JWT_ISSUER: issuer, JWT_AUDIENCES: audiences.join(',') };
}

/**
 * The authorizer for these tokens.
 *
 * @throws Error when the issuer does not say where its keys are. API Gateway makes no authorizer for such an issuer
 *   (https://github.com/haandol/cognito-kakao-example/issues/1).
 */
export async function tokenAuthorizer({ issuer, audiences }: TokenSettings): Promise<Authorizer> {
  const keys = new IssuerKeys(issuer);
  await keys.discover();
  return jwtAuthorizer({ issuer, audiences, keys });
}

/**
 * Tokens and VMs as options of `npm start`, for a shell; the empty string for none.
 * @param inventory - file
 */
export function optionsOf(tokens: TokenSettings | undefined, inventory?: string): string {
  const options = [
    ...(inventory === undefined ? [] : ['--inventory', inventory]),
    ...(tokens === undefined ? [] : ['--issuer', tokens.issuer]),
    ...(tokens?.audiences ?? []).flatMap((audience) => ['--audience', audience]),
  ];
  return options.length === 0 ? '' : ` -- ${options.map(quoted).join(' ')}`;
}

function quoted(word: string): string {
  return /^[\w:/.@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
