import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { Answer } from '../../unit/aws/fake-service.ts';
import { answer, FakeService, KEYS } from '../../unit/aws/fake-service.ts';

/** How AWS says that it has no time now. */
export const THROTTLED = answer(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });

/** Of KMS, as the settings have it. */
const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** KMS with one signing key, SSM and Secrets Manager with the secrets that a test puts there. */
export class FakeAws {
  /** What each operation answers instead, such as `Sign`. */
  readonly faults = new Map<string, Answer>();
  /** Texts by the name of their parameter or secret. */
  readonly secrets = new Map<string, string>();
  private readonly service = new FakeService();
  private readonly key: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

  private constructor() {
    this.key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.service.answers = [
      (response, body) => {
        const target = String(this.service.seen.at(-1)?.request.headers['x-amz-target']);
        const operation = target.split('.')[1] ?? '';
        const give = this.faults.get(operation) ?? this.answerTo(operation, JSON.parse(body) as Record<string, string>);
        give(response, body);
      },
    ];
  }

  static async start(): Promise<FakeAws> {
    const aws = new FakeAws();
    await aws.service.start();
    return aws;
  }

  /** Settings with which the service uses it. */
  get variables(): Readonly<Record<string, string>> {
    return {
      CERTIFICATE_AUTHORITY: KEY_ARN,
      CERTIFICATE_AUTHORITY_PUBLIC_KEYS: this.key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_ENDPOINT_URL: this.service.options.endpoint ?? '',
    };
  }

  /** The signing key, which nobody else may have. */
  get privateKey(): string {
    return this.key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  async stop(): Promise<void> {
    await this.service.stop();
  }

  private answerTo(operation: string, { Message = '', Name = '', SecretId = '' }: Record<string, string>): Answer {
    if (operation === 'Sign') {
      const signature = sign('sha256', Buffer.from(Message, 'base64'), this.key.privateKey);
      return answer(200, { Signature: signature.toString('base64') });
    }
    const secret = this.secrets.get(Name || SecretId);
    if (secret === undefined) return answer(400, { __type: 'ResourceNotFoundException' });
    return answer(200, { SecretString: secret, Parameter: { Type: 'SecureString', Value: secret } });
  }
}
