import type { Simulation } from '@cloud-copilot/iam-simulate';
import { isWildcardOnlyAction, runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT_ID } from './server.ts';

/** An action on the ARN of a resource, in the words of IAM. */
export interface Use {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request, such as `kms:ViaService` */
  readonly context?: Readonly<Record<string, string>>;
}

/** A policy document. */
export interface PolicyDocument {
  readonly Version?: '2012-10-17';
  readonly Statement: Statement | readonly Statement[];
}

interface Statement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** A request to AWS, and the policies that decide about it. */
export interface Request extends Use {
  /** ARN of the caller, or the name of a service such as `logs.us-east-1.amazonaws.com` */
  readonly principal: string;
  /** The caller's policies */
  readonly identityPolicies?: readonly { readonly name: string; readonly policy: PolicyDocument }[];
  /** The most that the identity policies can allow; undefined without a limit */
  readonly boundary?: { readonly name: string; readonly policy: PolicyDocument } | undefined;
  /** The resource's policy */
  readonly resourcePolicy?: PolicyDocument | undefined;
}

/**
 * Whether IAM would allow a request, by a simulator of IAM: moto does not enforce policies reliably. The resource of an
 * action that AWS does not grant by resource counts as `*`.
 *
 * @throws Error when this kind of resource does not support the action
 */
export async function isAllowed(request: Request): Promise<boolean> {
  const { action, resource } = request;
  const [service = '', name = ''] = action.split(':');
  // The simulator's data have no resources of HTTP APIs, and not the condition keys of EC2 Instance Connect.
  if (['apigateway', 'ec2-instance-connect'].includes(service))
    return runUnsafeSimulation(simulationOf(request, resource), {}) === 'Allowed';
  const judged = await runSimulation(
    simulationOf(request, (await isWildcardOnlyAction(service, name)) ? '*' : resource),
    {},
  );
  if (judged.resultType === 'error') throw new Error(`${action} on ${resource}: ${judged.errors.message}`);
  return judged.overallResult === 'Allowed';
}

function simulationOf(request: Request, resource: string): Simulation {
  const { principal, action, context = {}, identityPolicies = [], boundary, resourcePolicy } = request;
  return {
    request: { principal, action, resource: { resource, accountId: ACCOUNT_ID }, contextVariables: context },
    identityPolicies: [...identityPolicies],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(boundary && { permissionBoundaryPolicies: [boundary] }),
    ...(resourcePolicy && { resourcePolicy }),
  };
}
