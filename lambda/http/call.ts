import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as v from 'valibot';
import type { Lending } from '../pool/lending.ts';
import type { Operating } from '../pool/operations.ts';
import type { TextBody } from './answer.ts';
import type { Audience, SignIn } from './audience.ts';
import type { Facts } from './facts.ts';
import { headerOf } from './headers.ts';
import type { Identify } from './identity/caller.ts';
import { createNamedReader } from './identity/own-name.ts';
import type { ParameterReader } from './parameters.ts';
import { createReader } from './parameters.ts';
import type { ProblemCode } from './refusals.ts';

/** What handlers need to carry out calls. */
export interface Services {
  readonly lending: Lending;
  readonly operations: Operating;
  readonly callerOf: Identify;
  /** How callers show who they are; `GET /sign-in` says it, and the contract too. */
  readonly signIn: SignIn;
  /** Whether a token of its own opens `GET /metrics`; the contract says it too. */
  readonly hasMetricsToken: boolean;
  /** Writes the figures for Prometheus. @param accept - the header `Accept` */
  readonly metricsPage: (accept: string | undefined) => Promise<{ readonly type: string; readonly text: string }>;
  /** The console page. @param acceptEncoding - the header `Accept-Encoding` */
  readonly consolePage: (acceptEncoding: string | undefined) => Promise<TextBody>;
  /** Lines of public keys that VMs must trust; empty where no certificates are made. */
  readonly trustedKeys: readonly string[];
}

/** What a handler needs to know of a request beside its parameters. */
export interface CallRequest {
  readonly requestId: string;
  /** Parameters in the path, percent-decoded and not checked. */
  readonly path: Readonly<Record<string, string | undefined>>;
  /** Who asks; undefined where nobody is asked who borrows. */
  readonly who: string | undefined;
  /** A header that is not a parameter, by its name in small letters. */
  readonly header: (name: string) => string | undefined;
  readonly facts: Facts;
}

/** What a handler gets: the parameters, and with them the headers that are parameters, if there are any. */
type ReadParameters<Parameters extends v.ObjectEntries, Headers extends v.ObjectEntries> = v.InferOutput<
  v.StrictObjectSchema<[Headers] extends [never] ? Parameters : Parameters & Headers, undefined>
>;

/** A call as `calls/` declares it. */
export interface Declaration<Parameters extends v.ObjectEntries, Headers extends v.ObjectEntries, Body> {
  /** As API Gateway writes it; the function dispatches on this very string. */
  readonly route: `${'GET' | 'POST'} /${string}`;
  readonly audience: Audience;
  /** Taken from the query string, a JSON body or a form body; they mean the same. */
  readonly parameters: Parameters;
  /** Headers that are parameters too. */
  readonly headers?: Headers;
  /** Whether the query string may be anything: others lead to this call, with a query of their own. */
  readonly ignoresQuery?: boolean;
  /** Carries the call out. @throws a refusal of the rules, or a {@link Problem} */
  readonly handle: (
    parameters: ReadParameters<Parameters, Headers>,
    request: CallRequest,
    services: Services,
  ) => Promise<Body>;
}

/** One call of the API. */
export interface Call<Body = object | string> extends Pick<
  Declaration<v.ObjectEntries, v.ObjectEntries, Body>,
  'route' | 'audience'
> {
  readonly parameters: v.ObjectEntries;
  readonly headers: v.ObjectEntries;
  /** Checks a request and carries it out. @returns the body of the answer 200: JSON, or text */
  readonly run: (event: APIGatewayProxyEventV2, facts: Facts, services: Services) => Promise<Body>;
}

/**
 * Makes a call from its declaration. Nothing of a request is read before its caller is known. A borrower who is known
 * may leave `userid` out, and borrows in another name only as an operator.
 */
export function call<Parameters extends v.ObjectEntries, Body, Headers extends v.ObjectEntries = never>(
  declaration: Declaration<Parameters, Headers, Body>,
): Call<Body> {
  const { route, audience, parameters, ignoresQuery = false, handle } = declaration;
  const headers = declaration.headers ?? {};
  const readAll = createReader(parameters, headers);
  const read: ParameterReader = ignoresQuery ? (event) => readAll({ ...event, rawQueryString: '' }) : readAll;
  const readNamed = audience === 'borrowers' && 'userid' in parameters ? createNamedReader(parameters, headers) : read;
  return {
    route,
    audience,
    parameters,
    headers,
    run: async (event, facts, services) => {
      const caller = audience === 'everybody' ? undefined : await services.callerOf(event, audience, facts);
      const given = caller === undefined ? read(event) : readNamed(event, caller, facts);
      const { requestId } = event.requestContext;
      const header = (name: string) => headerOf(event, name);
      const request = { requestId, path: event.pathParameters ?? NO_PATH, who: caller?.userId, header, facts };
      return handle(given as ReadParameters<Parameters, Headers>, request, services);
    },
  };
}

const NO_PATH = {};

/** What the contract says of a call beside its declaration. */
export interface Documentation<Schema extends v.ObjectEntries = v.ObjectEntries> {
  /** What the call does, in one sentence. */
  readonly summary: string;
  /** Parameters in the path of the route. */
  readonly path?: v.ObjectEntries;
  /** Body of the answer 200; TypeScript holds the handler against it. */
  readonly answer: Schema;
  readonly example: v.InferOutput<v.ObjectSchema<Schema, undefined>>;
  /** The answer at other times, by a name for each. */
  readonly otherExamples?: Readonly<Record<string, v.InferOutput<v.ObjectSchema<Schema, undefined>>>>;
  /** Refusals beside those that any call may meet. */
  readonly refusals: readonly ProblemCode[];
  /** Security scheme that a deployment may have in place of that of the audience. */
  readonly scheme?: string;
  /** Whether the call answers without asking the lease store. */
  readonly isStatic?: boolean;
}

/** The same of a call that answers text. */
export type TextDocumentation = Omit<Documentation, 'answer' | 'example'> & {
  /** An example in each media type. */
  readonly texts: Readonly<Record<string, string>>;
};

/** A call with what `scripts/contract` writes about it. */
export type DocumentedCall = (Documentation | (TextDocumentation & { readonly answer?: never })) & {
  readonly call: Call;
};

/** Documents a call. Only `scripts/contract` asks for it, so the bundle contains none of it. */
export function documented<Schema extends v.ObjectEntries>(
  documentedCall: Call<v.InferOutput<v.ObjectSchema<Schema, undefined>>>,
  documentation: Documentation<Schema>,
): DocumentedCall {
  return { ...documentation, call: documentedCall };
}

/** Documents a call that answers text, see {@link documented}. */
export function documentedText(
  documentedCall: Call<string | TextBody>,
  documentation: TextDocumentation,
): DocumentedCall {
  return { ...documentation, call: documentedCall };
}
