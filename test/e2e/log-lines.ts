import type { DeployedFunction } from '../support/emulated-aws/deployed-function.ts';

/** The log of a function, line by line. @throws SyntaxError at a line that is not JSON, which the service never writes */
export function logLines({ lambda }: DeployedFunction): Record<string, unknown>[] {
  return lambda.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
