import * as v from 'valibot';
import type { Authorization } from '../audience.ts';
import { SCHEMES } from '../audience.ts';
import { call, documented } from '../call.ts';

/** Says how callers show who they are. Clients ask it before anything else. */
export const signIn = call({
  route: 'GET /sign-in',
  audience: 'everybody',
  parameters: {},
  handle: async (_, __, services) => services.signIn,
});

/** For the contract. */
export const documentation = () => [
  documented(signIn, {
    summary: 'Says how callers show who they are: to nobody, by AWS signatures, or by tokens, and where people sign in',
    answer: {
      authorization: v.picklist(Object.keys(SCHEMES) as Authorization[]),
      region: v.optional(v.string()),
      issuer: v.optional(v.string()),
      audiences: v.optional(v.pipe(v.array(v.string()), v.readonly())),
      clientId: v.optional(v.string()),
      scopes: v.optional(v.string()),
    },
    example: {
      authorization: 'jwt',
      issuer: 'https://id.example.com',
      audiences: ['vm-pool'],
      clientId: 'vm-pool-people',
      scopes: 'openid offline_access',
    },
    refusals: [],
    isStatic: true,
  }),
];
