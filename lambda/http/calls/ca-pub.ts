import { call, documentedText } from '../call.ts';
import { Problem } from '../problem.ts';

/** Shows what a VM must trust so that login certificates open it. */
export const caPub = call({
  route: 'GET /ca.pub',
  audience: 'everybody',
  parameters: {},
  handle: async (_, __, { trustedKeys }) => {
    if (trustedKeys.length === 0) {
      throw new Problem('no_certificate_authority', 'this service makes no login certificates');
    }
    return trustedKeys.map((line) => `${line}\n`).join('');
  },
});

/** For the contract. */
export const documentation = () => [
  documentedText(caPub, {
    summary: "Returns the lines for the file that a VM's sshd reads as `TrustedUserCAKeys`",
    texts: {
      'text/plain; charset=utf-8':
        'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA... vm-pool\n',
    },
    refusals: ['no_certificate_authority'],
    isStatic: true,
  }),
];
