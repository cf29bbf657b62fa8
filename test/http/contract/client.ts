import { expect } from '@jest/globals';
import type { CallOptions, Reply, SentRequest } from '../../support/api/served-api.ts';
import { callApi, send } from '../../support/api/served-api.ts';
import type { Served } from '../in-each-mode.ts';

export const VM_01 = { id: 'vm-01', pool: 'default', ip: '192.0.2.1', port: 22, username: 'tester', status: 'ready' };
export const NOON = '2026-11-21T12:00:00Z';
export const PUBLIC_KEY = `ssh-ed25519 ${Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 0123456789abcdef0123456789abcdef').toString('base64')} alice@laptop`;

/** A body from JSON.parse. Each test checks the fields it needs. */
export type Body = Record<string, never> & { vm: { id: string }; lease: { id: string }; leaseId: string };

/** Calls the API of the current test: by default as the user whom a request names, or else as alice. */
export function clientOf(served: Served) {
  const call = (method: string, path: string, parameters?: object, options?: CallOptions) =>
    callApi<Body>(served(), method, path, parameters, options);
  return {
    call,
    post: (path: string, parameters: object, headers?: Record<string, string>) =>
      call('POST', path, parameters, { headers }),
    /** POST with a body as it is. */
    postRaw: (path: string, request: Pick<SentRequest, 'headers' | 'body'>) =>
      send(served(), path, { ...request, method: 'POST', by: 'alice' }),
  };
}

/** Checks a reply against RFC 9457 and the rules of every refusal. */
export function expectProblem(reply: Reply<Body>, status: number, code: string, data: object = {}): void {
  expect(reply.status).toBe(status);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.body).toMatchObject({ status, code, requestId: reply.headers.get('x-request-id'), ...data });
  expect(reply.body).toHaveProperty('title');
  expect(reply.body).toHaveProperty('detail');
  expect(JSON.stringify(reply.body)).not.toContain('key of vm-');
}
