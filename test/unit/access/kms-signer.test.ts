import { sign } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { certificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import { newKeys } from '../../../lambda/access/ecdsa-key.ts';
import { kmsSigner } from '../../../lambda/access/kms-signer.ts';
import { AccessUnavailable } from '../../../lambda/pool/refusals.ts';
import type { Answer } from '../aws/fake-service.ts';
import { answer, CUT, FakeService, HALF_AN_ANSWER, rejection, SILENCE } from '../aws/fake-service.ts';
import { parsedCertificate } from './parsed-certificate.ts';
import { WISH } from './wishes.ts';

const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/0b6d3c1e-8f0a-4a53-9d5e-0c5d7d5d8a11';
const SECRET = 'marked-secret';
const THROTTLED = answer(400, { __type: 'ThrottlingException', message: SECRET });

const { publicKey, privateKey } = newKeys();
const kms = new FakeService();

/** Signs what KMS was asked to sign. */
function signedBy(key = privateKey): Answer {
  return (response, body) => {
    const { Message } = JSON.parse(body) as { Message: string };
    const Signature = sign('sha256', Buffer.from(Message, 'base64'), key).toString('base64');
    response.end(JSON.stringify({ KeyId: KEY_ARN, Signature, SigningAlgorithm: 'ECDSA_SHA_256' }));
  };
}

function authority(timeoutMs = 5_000) {
  return certificateAuthority(kmsSigner(KEY_ARN, publicKey, kms.options, timeoutMs), [publicKey]);
}

beforeEach(async () => {
  kms.seen.length = 0;
  await kms.start();
});

afterEach(async () => {
  await kms.stop();
});

describe('kmsSigner', () => {
  it('asks KMS once a certificate, for a signature over the very bytes', async () => {
    kms.answers = [signedBy()];
    const { certificate } = await authority().certify(WISH);
    expect(parsedCertificate(certificate).isSigned).toBe(true);
    expect(kms.seen.map(({ body }) => JSON.parse(body) as object)).toEqual([
      {
        KeyId: KEY_ARN,
        Message: expect.any(String),
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      },
    ]);
  });

  it('sends nothing private to KMS', async () => {
    kms.answers = [signedBy()];
    const made = await authority().certify({ ...WISH, publicKey: undefined });
    const [, secret = ''] = (made.privateKey ?? '').split('\n');
    expect(secret).not.toBe('');
    expect(inspect(kms.seen.map(({ body }) => body))).not.toContain(secret);
  });

  it('asks once more when KMS is busy for a moment', async () => {
    kms.answers = [THROTTLED, signedBy()];
    await authority().certify(WISH);
    expect(kms.seen).toHaveLength(2);
  });

  it.each<{ rule: string; answers: Answer[]; code: string; calls: number }>([
    { rule: 'stays busy', answers: [THROTTLED], code: 'ThrottlingException', calls: 2 },
    {
      rule: 'denies it',
      answers: [answer(400, { __type: 'AccessDeniedException' })],
      code: 'AccessDeniedException',
      calls: 1,
    },
    {
      rule: 'has no such key',
      answers: [answer(400, { __type: 'NotFoundException', message: SECRET })],
      code: 'NotFoundException',
      calls: 1,
    },
    {
      rule: 'has disabled the key',
      answers: [answer(400, { __type: 'DisabledException', message: SECRET })],
      code: 'DisabledException',
      calls: 1,
    },
    { rule: 'fails', answers: [answer(500, SECRET)], code: 'unknown', calls: 2 },
    { rule: 'hangs up', answers: [CUT], code: 'ECONNRESET', calls: 2 },
    { rule: 'is silent', answers: [SILENCE], code: 'TimeoutError', calls: 1 },
    { rule: 'stops in the middle', answers: [HALF_AN_ANSWER], code: 'TimeoutError', calls: 1 },
    { rule: 'answers no JSON', answers: [answer(200, SECRET)], code: 'UnreadableAnswer', calls: 1 },
  ])('gives no certificate when KMS $rule, within its time limit', async ({ answers, code, calls }) => {
    kms.answers = answers;
    const startedMs = performance.now();
    const error = await rejection(authority(500).certify({ ...WISH, publicKey: undefined }));
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    expect(error).toBeInstanceOf(AccessUnavailable);
    expect(error).toMatchObject({ why: `KMS does not sign certificates (${code})`, cause: { service: 'kms', code } });
    expect(kms.seen).toHaveLength(calls);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it.each<{ rule: string; answered: Answer }>([
    { rule: 'another key has signed', answered: signedBy(newKeys().privateKey) },
    { rule: 'the signature is none', answered: answer(200, { Signature: Buffer.from(SECRET).toString('base64') }) },
    { rule: 'the signature is missing', answered: answer(200, {}) },
    { rule: 'the answer is null', answered: answer(200, 'null') },
  ])('gives no certificate when $rule', async ({ answered }) => {
    kms.answers = [answered];
    expect(await rejection(authority().certify(WISH))).toBeInstanceOf(AccessUnavailable);
  });

  it('gives no certificate when nobody answers at its address', async () => {
    const signer = kmsSigner(KEY_ARN, publicKey, kms.options, 5_000);
    await kms.stop();
    const error = await rejection(signer.sign(Buffer.from('a certificate')));
    await kms.start();
    expect(error).toMatchObject({ why: 'KMS does not sign certificates (ECONNREFUSED)' });
  });
});
