/**
 * A Lambda runtime interface client in a few lines: it loads the function, then fetches one event after another and
 * sends the results. It replaces AWS's own where that does not build, and starts about as fast.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import http from 'node:http';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const [host, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new http.Agent({ keepAlive: true });
const [module = '', name = ''] = (process.argv[2] ?? '').split('.');
const code = pathToFileURL(path.join(process.cwd(), `${module}.mjs`)).href;
const functions = (await import(code)) as Record<string, (event: unknown, context: unknown) => Promise<unknown>>;
const handler = functions[name];
if (handler === undefined) throw new TypeError(`${code} exports no ${name}`);

for (;;) {
  const { headers, body } = await call('GET', 'invocation/next');
  const requestId = String(headers['lambda-runtime-aws-request-id']);
  const result = await handler(JSON.parse(body.toString()), { awsRequestId: requestId });
  await call('POST', `invocation/${requestId}/response`, JSON.stringify(result));
}

function call(
  method: string,
  resource: string,
  sent?: string,
): Promise<{ headers: http.IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const target = { host, port, method, agent, path: `/2018-06-01/runtime/${resource}` };
    const request = http.request(target, (response) => {
      buffer(response).then((body) => {
        resolve({ headers: response.headers, body });
      }, reject);
    });
    request.on('error', reject);
    request.end(sent);
  });
}
