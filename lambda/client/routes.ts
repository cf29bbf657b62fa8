/** The calls of the API as types, derived from the contract. */
import type { components, operations, paths } from './contract.ts';

type Method = 'get' | 'post';

/** The calls of one path that have an operation. */
type RoutesOf<P extends keyof paths> = {
  [M in Method]: paths[P][M] extends operations[keyof operations] ? `${Uppercase<M>} ${P}` : never;
}[Method];

/** A call of the API, such as `POST /getvm`. */
export type Route = { [P in keyof paths]: RoutesOf<P> }[keyof paths];

type OperationOf<R extends Route> = R extends `${infer M} ${infer P extends keyof paths}`
  ? paths[P][Lowercase<M> & Method]
  : never;

/** Type of what may be absent; an empty object where there is nothing. */
type Some<T> = [NonNullable<T>] extends [never] ? unknown : NonNullable<T>;

type BodyOf<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : unknown;
type PathOf<O> = O extends { parameters: { path?: infer P } } ? Some<P> : unknown;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Some<Q> : unknown;

/**
 * The parameters of a call, wherever they travel: a POST takes them as its body, a GET as its query, and `{id}` is
 * filled in the path.
 */
export type ParametersOf<R extends Route> = R extends `POST ${string}`
  ? Simplified<BodyOf<OperationOf<R>> & PathOf<OperationOf<R>>>
  : Simplified<QueryOf<OperationOf<R>> & PathOf<OperationOf<R>>>;

/** Whoever has no value may say so: an undefined parameter is left out. */
type Simplified<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** What a call answers: an object, or text where the call answers no JSON. */
export type AnswerOf<R extends Route> =
  OperationOf<R> extends { responses: { 200: { content: infer C } } }
    ? C extends { 'application/json': infer A }
      ? A
      : string
    : never;

/** A VM with its lease, and all it takes to log in. */
export type Grant = AnswerOf<'POST /getvm'>;

/** A lease and its VM, as its holder sees them at any time. */
export type Held = Pick<Grant, 'vm' | 'lease'>;

/** A lent VM, as its holder sees it. */
export type Vm = Grant['vm'];

/** One user's right to one VM. */
export type Lease = Grant['lease'];

type Problem = Extract<components['schemas'][keyof components['schemas']], { code: string }>;

/** The stable code of a refusal. The last two are for requests that match no call. */
export type ProblemCode = Problem['code'] | 'not_found' | 'method_not_allowed';
