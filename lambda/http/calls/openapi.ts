import * as v from 'valibot';
import { call, documented } from '../call.ts';

/** Returns the contract of the API. */
export const openApi = call({
  route: 'GET /openapi.json',
  audience: 'everybody',
  parameters: {},
  // Loaded when somebody asks for it, so that it costs no other call anything.
  handle: async (_, __, { signIn, hasMetricsToken }) => {
    const { contractFor } = await import('../contract.ts');
    return contractFor(signIn.authorization, hasMetricsToken);
  },
});

/** For the contract. */
export const documentation = () => {
  const any = v.record(v.string(), v.unknown());
  return [
    documented(openApi, {
      summary: 'Returns the contract of the API, as an OpenAPI document',
      answer: {
        openapi: v.string(),
        info: any,
        servers: v.array(any),
        tags: v.array(any),
        paths: any,
        components: any,
      },
      example: { openapi: '3.1.1', info: { title: 'vm-pool' }, servers: [], tags: [], paths: {}, components: {} },
      refusals: [],
      isStatic: true,
    }),
  ];
};
