/** What the package `vm-pool` exports: the typed client of the API. Works in Node.js and in browsers. */
export type { BorrowOptions } from '../../../lambda/client/borrow.ts';
export { borrow } from '../../../lambda/client/borrow.ts';
export type { Authenticate, CallOptions, Client, ClientOptions } from '../../../lambda/client/client.ts';
export { createClient } from '../../../lambda/client/client.ts';
export { Refused, Unreachable } from '../../../lambda/client/refused.ts';
export type { AnswerOf, Grant, Lease, ParametersOf, ProblemCode, Route, Vm } from '../../../lambda/client/routes.ts';
export type { JwtSignIn, SignIn, Tokens } from '../../../lambda/client/sign-in.ts';
export { bearerOf, signIn } from '../../../lambda/client/sign-in.ts';
export { identityFor } from './identity.ts';
export type { IdentityOptions, Variables } from './identity-options.ts';
export { IdentityMissing } from './identity-options.ts';
