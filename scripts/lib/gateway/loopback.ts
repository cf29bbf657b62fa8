/** Names and addresses of this computer as they stand in a URL or in `Host`, with or without a port. */
export const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/** Whether nobody on the way can change an answer: HTTPS, or a server on this computer. */
export function isTamperProof({ protocol, host }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOST.test(host));
}
