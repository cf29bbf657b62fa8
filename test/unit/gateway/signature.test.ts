import { describe, expect, it } from '@jest/globals';
import { readSignature, signatureOf } from '../../support/api/signature.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const DATE = '20150830T123600Z';

/** From AWS's test suite for Signature Version 4, whose service is called `service`. */
describe('signatureOf', () => {
  it.each([
    {
      rule: 'a plain request',
      method: 'GET',
      rawQueryString: '',
      signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    },
    {
      rule: 'a query out of order',
      method: 'GET',
      rawQueryString: 'Param2=value2&Param1=value1',
      signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    },
    {
      rule: 'another method',
      method: 'POST',
      rawQueryString: '',
      signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    },
  ])("computes AWS's own result for $rule", ({ method, rawQueryString, signature }) => {
    const headers = { host: 'example.amazonaws.com', 'x-amz-date': DATE };
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`;
    const read = readSignature(authorization);
    if (read === undefined) throw new Error('not read');
    expect(read).toMatchObject({ accessKeyId: 'AKIDEXAMPLE', signedHeaders: ['host', 'x-amz-date'], signature });
    expect(signatureOf({ method, path: '/', rawQueryString, headers, body: '' }, read, SECRET)).toBe(signature);
  });
});
