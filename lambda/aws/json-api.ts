import type { AwsOptions } from './client.ts';
import { AwsError } from './error.ts';
import { jsonRequest } from './json-request.ts';
import type { CallLimits } from './service.ts';
import { AwsService } from './service.ts';

/** An API that speaks JSON 1.1: KMS, SSM, Secrets Manager. */
export class JsonApi {
  private readonly service: AwsService;

  /**
   * @param service - its name in signatures and addresses
   * @param api - its name in requests, such as `TrentService` for KMS
   */
  constructor(
    service: string,
    private readonly api: string,
    options: AwsOptions,
  ) {
    this.service = new AwsService(service, options);
  }

  /**
   * @returns the answer, which nobody has checked yet
   * @throws {@link AwsError}
   */
  async call(operation: string, input: object, limits: CallLimits): Promise<Readonly<Record<string, unknown>>> {
    const { status, body } = await this.service.send(jsonRequest('1.1', `${this.api}.${operation}`, input), limits);
    const answer = objectOf(body);
    if (answer === undefined) throw new AwsError(this.service.service, 'UnreadableAnswer', status);
    return answer;
  }
}

/** Undefined if it is not an object of JSON. The parser's own error would quote the text. */
function objectOf(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
