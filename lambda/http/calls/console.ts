import { call, documentedText } from '../call.ts';

/** Shows the console: one page for people who borrow VMs, and for operators. */
export const consolePage = call({
  route: 'GET /',
  audience: 'everybody',
  parameters: {},
  // An OpenID Connect issuer leads back here, with a query of its own.
  ignoresQuery: true,
  handle: async (_, { header }, services) => services.consolePage(header('accept-encoding')),
});

/** For the contract. */
export const documentation = () => [
  documentedText(consolePage, {
    summary: 'Shows the console page, for browsers',
    texts: { 'text/html; charset=utf-8': '<!doctype html><title>vm-pool</title>' },
    refusals: [],
    isStatic: true,
  }),
];
