/**
 * As much of AWS as a cold start with certificates and a certificate authority in KMS need, at next to no cost:
 * `node fake-aws-process.mjs [<inventory>]`. It answers `kms:Sign` with a key of its own, and every GET with the file.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What its clients need to know. */
export interface FakeAwsFacts {
  readonly endpoint: string;
  /** Public key of the key in KMS, as settings have it. */
  readonly spki: string;
}

const [file] = process.argv.slice(2);
const inventory = file === undefined ? '' : readFileSync(file, 'utf8');
const etag = `"${createHash('md5').update(inventory).digest('hex')}"`;
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const server = createServer((request, response) => {
  if (request.method === 'GET') getObject(request, response);
  else void signMessage(request, response);
});
server.listen(0, '127.0.0.1', () => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  process.send?.({ endpoint, spki } satisfies FakeAwsFacts);
});

function getObject({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
  else response.writeHead(200, { etag }).end(inventory);
}

async function signMessage(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { KeyId, Message } = (await json(request)) as { KeyId: string; Message: string };
  const Signature = sign('sha256', Buffer.from(Message, 'base64'), privateKey).toString('base64');
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify({ KeyId, Signature, SigningAlgorithm: 'ECDSA_SHA_256' }));
}
