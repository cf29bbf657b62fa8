/** What the package `vm-pool` exports: the typed client of the API. Works in Node.js and in browsers. */
export type { BorrowOptions } from '../../../lambda/client/borrow.ts';
export { borrow } from '../../../lambda/client/borrow.ts';
export type { Authenticate, CallOptions, Client, ClientOptions } from '../../../lambda/client/client.ts';
export { createClient } from '../../../lambda/client/client.ts';
export type { NotReadyReason } from '../../../lambda/client/not-ready.ts';
export { NotReady } from '../../../lambda/client/not-ready.ts';
export type { ReadyOptions } from '../../../lambda/client/ready.ts';
export { readyVm } from '../../../lambda/client/ready.ts';
export { Refused, Unreachable } from '../../../lambda/client/refused.ts';
export type {
  AnswerOf,
  Grant,
  Held,
  Lease,
  ParametersOf,
  ProblemCode,
  Route,
  Vm,
} from '../../../lambda/client/routes.ts';
export type { JwtSignIn, SignIn, Tokens } from '../../../lambda/client/sign-in.ts';
export { bearerOf, signIn } from '../../../lambda/client/sign-in.ts';
export { identityFor } from './identity.ts';
export type { IdentityOptions, Variables } from './identity-options.ts';
export { IdentityMissing } from './identity-options.ts';
