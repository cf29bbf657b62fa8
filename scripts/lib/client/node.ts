/** What the package exports as `vm-pool/node`: who calls, from what a computer holds. */
export { identityFor } from './identity.ts';
export type { IdentityOptions, Variables } from './identity-options.ts';
export { IdentityMissing } from './identity-options.ts';
