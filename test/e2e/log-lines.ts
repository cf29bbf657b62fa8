import type { DeployedFunction } from '../support/emulated-aws/deployed-function.ts';

/** The lines of a function's log. @throws SyntaxError at a line that is not JSON; the service writes only JSON */
export function logLines({ lambda }: DeployedFunction): Record<string, unknown>[] {
  return lambda.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
