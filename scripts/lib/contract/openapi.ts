import type { DocumentedCall } from '../../../lambda/http/call.ts';
import { bodySchemas, paths } from './operations.ts';
import { problemComponents } from './problems.ts';
import { refusalsOf } from './refusals-of.ts';

const SIGNATURE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html';

/** The contract of the API: OpenAPI 3.1, derived from the calls. */
export function openApiDocument(calls: readonly DocumentedCall[]): object {
  const { schemas, ...problems } = problemComponents(calls.map(refusalsOf));
  return {
    openapi: '3.1.1',
    info: {
      title: 'vm-pool',
      version: '1.0.0',
      description:
        'Lends virtual machines, one user each. Parameters come in a JSON body, a form body or the query string, and mean the ' +
        'same. A refusal is a problem document (RFC 9457) with a stable `code`. A request that matches no operation is ' +
        'refused with `not_found` or `method_not_allowed`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com/resources',
        description: 'Deployed',
        variables: { api: { default: 'a1b2c3d4e5' }, region: { default: 'us-east-1' } },
      },
      { url: 'http://127.0.0.1:3000/resources', description: 'On your computer' },
    ],
    tags: [
      { name: 'everybody', description: 'Calls without a caller' },
      { name: 'borrowers', description: 'Calls of those who borrow' },
      { name: 'operators', description: 'Calls of those who run the pool' },
    ],
    paths: paths(calls),
    components: {
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: `An AWS signature, version 4, by somebody whose IAM policy allows the call: ${SIGNATURE}`,
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
        jwt: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token of the issuer that the deployment names',
        },
        metricsToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token of the metrics, in place of the other ways where the deployment names one',
        },
      },
      headers: {
        RequestId: { description: 'Id of the request; the log has one line for it', schema: { type: 'string' } },
      },
      schemas: { ...bodySchemas(calls), ...schemas },
      ...problems,
    },
  };
}
