import type { AwsOptions, AwsRequest } from './client.ts';
import { AwsError } from './error.ts';
import type { CallLimits } from './service.ts';
import { AwsService } from './service.ts';
import type { Element } from './xml.ts';
import { childOf, readXml } from './xml.ts';

/** Parameters of an action, with the place of each value in a list in its name, such as `InstanceId.1`. */
export type QueryParameters = Readonly<Record<string, string>>;

/**
 * An API that takes forms and answers XML: EC2.
 * @see https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
export class QueryApi {
  private readonly service: AwsService;

  /**
   * @param service - its name in signatures and addresses
   * @param version - of the API, such as `2016-11-15`
   */
  constructor(
    service: string,
    private readonly version: string,
    options: AwsOptions,
  ) {
    this.service = new AwsService(service, options);
  }

  /**
   * @returns the element of the answer, whose children nobody has checked yet
   * @throws {@link AwsError}
   */
  async call(action: string, parameters: QueryParameters, limits: CallLimits): Promise<Element> {
    const { status, body } = await this.service.send(this.request(action, parameters), limits);
    const answer = childOf(readXml(body), `${action}Response`);
    if (answer === undefined) throw this.unreadable(status);
    return answer;
  }

  /** An answer that lacks what it has to have. */
  unreadable(status = 200): AwsError {
    return new AwsError(this.service.service, 'UnreadableAnswer', status);
  }

  private request(action: string, parameters: QueryParameters): AwsRequest {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const body = new URLSearchParams({ Action: action, Version: this.version, ...parameters }).toString();
    return { method: 'POST', path: '/', headers, body };
  }
}

/** The parameters of a list: `InstanceId.1`, `InstanceId.2` and so on. */
export function listed(name: string, values: readonly string[]): QueryParameters {
  return Object.fromEntries(values.map((value, index) => [`${name}.${index + 1}`, value]));
}
