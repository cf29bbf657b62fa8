import { GetPolicyCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { fitsAny } from '../../../lambda/http/identity/wildcards.ts';
import type { EmulatedAws } from './server.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string;
  readonly Principal: { readonly Service?: string };
  readonly Resource: string;
  readonly Condition?: { readonly ArnLike?: Readonly<Record<string, string>> };
}

/**
 * Whether the policy of a function lets API Gateway invoke it. A permission for the function alone, or for another
 * alias, does not count.
 *
 * @param functionArn - with the alias or version, if the API names one
 * @param sourceArn - ARN of a route
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html#versioning-permissions-alias
 */
export async function mayInvoke(aws: EmulatedAws, functionArn: string, sourceArn: string): Promise<boolean> {
  const statements = await statementsOf(aws, functionArn);
  return statements.some(
    ({ Effect, Action, Principal, Resource, Condition }) =>
      Effect === 'Allow' &&
      Action === 'lambda:InvokeFunction' &&
      Principal.Service === 'apigateway.amazonaws.com' &&
      Resource === functionArn &&
      fitsAny([Condition?.ArnLike?.['AWS:SourceArn'] ?? ''])(sourceArn),
  );
}

/** The policy of a function, version or alias. It is empty when there is none. */
export async function statementsOf(aws: EmulatedAws, functionArn: string): Promise<readonly Statement[]> {
  const [FunctionName, Qualifier] = functionArn.split(':').slice(6);
  const client = new LambdaClient(aws.clientConfig);
  try {
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName, Qualifier }));
    return (JSON.parse(Policy) as { Statement: Statement[] }).Statement;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  } finally {
    client.destroy();
  }
}
