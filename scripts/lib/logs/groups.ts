/** Logs that a deployment has. */
export type Log = 'function' | 'access' | 'visitor';

/** Log groups of a deployment; only the function's is certain. */
export interface LogGroups {
  readonly function: string;
  /** Of API Gateway's access log. */
  readonly access?: string;
  /** Of the function that visits VMs. It exists where the VMs are real. */
  readonly visitor?: string;
}

/** Where functions log by default. */
const OF_FUNCTIONS = '/aws/lambda/';

/** Log groups of a service: modules `logs` and `visitor` of Terraform name them so. */
export function groupsOf(service: string): Required<LogGroups> {
  return {
    function: `${OF_FUNCTIONS}${service}`,
    access: `/aws/vendedlogs/apigateway/${service}`,
    visitor: `${OF_FUNCTIONS}${service}-visitor`,
  };
}

/** The log group of a function and, if its name is the service's, the other groups of that service. */
export function groupsBeside(functionGroup: string): LogGroups {
  if (!functionGroup.startsWith(OF_FUNCTIONS)) return { function: functionGroup };
  return groupsOf(functionGroup.slice(OF_FUNCTIONS.length));
}
