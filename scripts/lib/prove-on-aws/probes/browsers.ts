import { asObject } from '../../api-client/client.ts';
import { worded } from '../../api-client/wording.ts';
import { apiOf } from '../deployed-api.ts';
import type { Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

const ELSEWHERE = 'https://elsewhere.example';

/** Probes of how browsers reach the API: its page, other pages, and its own name. */
export const BROWSERS: readonly Probe[] = [
  {
    id: 'preflight',
    question: 'Who answers a preflight that the route $default takes, and does API Gateway add the headers of CORS?',
    sources: ['https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html'],
    how: 'OPTIONS /getvm as a browser sends it, from an allowed origin; without CORS from any',
    expected: 'with CORS: 2xx that allows the origin; without: an answer that allows none',
    run: async (account) => {
      const { CorsConfiguration } = await apiOf(account);
      const { AllowOrigins } = asObject(CorsConfiguration);
      const [pattern] = Array.isArray(AllowOrigins) ? (AllowOrigins as string[]) : [];
      const origin = pattern?.replace(/[*]$/, 'app.example') ?? ELSEWHERE;
      const answer = await account.anonymous('OPTIONS /getvm', {
        origin: origin === 'app.example' ? ELSEWHERE : origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      });
      const allowed = answer.headers.get('access-control-allow-origin');
      const got = `${worded(answer)}, access-control-allow-origin: ${allowed ?? 'none'}`;
      if (pattern === undefined) return judged(allowed === null, got);
      return judged(answer.status >= 200 && answer.status < 300 && (allowed === origin || allowed === '*'), got);
    },
  },
  {
    id: 'page',
    question: "Does the route GET / serve the page with and without the stage's slash, and compressed by the function?",
    sources: [
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html',
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html',
    ],
    how: "GET of the API's URL with a slash behind it, and without",
    expected: '200 text/html gzip, twice',
    run: async (account) => {
      const got = [];
      for (const route of ['GET /', 'GET ']) {
        const { status, headers } = await account.anonymous(route, { 'accept-encoding': 'gzip' });
        const [type = 'no type'] = (headers.get('content-type') ?? '').split(';');
        got.push(`${status} ${type} ${headers.get('content-encoding') ?? 'uncompressed'}`);
      }
      return judged(
        got.every((one) => one === '200 text/html gzip'),
        got.join(' and '),
      );
    },
  },
  {
    id: 'custom-domain',
    question: 'Does the mapping of a custom domain match the routes without the name of the stage?',
    sources: ['https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html'],
    how: 'GET /health and GET /resources/health at the custom domain',
    expected: '200 and 404',
    run: async (account) => {
      const { hostname } = new URL(account.parts.outputs.apiUrl);
      if (hostname.includes('.execute-api.')) return skipped('the environment has no custom domain');
      const statuses = [];
      for (const route of ['GET /health', 'GET /resources/health']) {
        statuses.push((await account.anonymous(route)).status);
      }
      return judged(statuses.join() === '200,404', statuses.join(' and '));
    },
  },
  {
    id: 'mutual-tls',
    question: "Does API Gateway ask for the caller's certificate?",
    sources: ['https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mutual-tls.html'],
    how:
      'with mutual_tls_truststore_uri: curl https://DOMAIN/health, then the same with --cert and --key of a certificate ' +
      'that the truststore knows. These probes themselves have no certificate: they need an environment without it',
    expected: 'the first ends without an answer, in the TLS handshake; the second is 200',
  },
];
