import type { Line } from './line.ts';

/** Which lines are wanted; all of what is given must hold. */
export interface Filter {
  readonly userId: string | undefined;
  readonly vmId: string | undefined;
  readonly requestId: string | undefined;
  readonly errorsOnly: boolean;
}

/**
 * Narrows the search where the log lies: a line that is wanted contains each id, so CloudWatch looks for the rarest
 * one. It also finds other lines; {@link isWanted} drops them. A pattern over JSON fields would be exact but lose lines
 * that are not JSON. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function filterPattern({ requestId, userId, vmId }: Filter): string | undefined {
  const rarest = requestId ?? userId ?? vmId;
  return rarest === undefined ? undefined : `"${rarest}"`;
}

/** Decides on one line, exactly. */
export function isWanted(line: Line, { userId, vmId, requestId, errorsOnly }: Filter): boolean {
  return (
    isOf(line, 'userId', userId) &&
    isOf(line, 'vmId', vmId) &&
    (isOf(line, 'requestId', requestId) || isOf(line, 'invocationId', requestId) || names(line, requestId)) &&
    (!errorsOnly || isError(line))
  );
}

function isOf(line: Line, field: string, id: string | undefined): boolean {
  return id === undefined || (line.kind === 'entry' && line.fields[field] === id);
}

/** Lambda's own lines of text name the request: `RequestId: ... Error: Runtime exited ...`. */
function names(line: Line, requestId: string | undefined): boolean {
  return line.kind === 'text' && requestId !== undefined && line.text.includes(requestId);
}

/** Only a crash writes lines without a level; these words mark the lines about it. */
const ERROR_WORDS = /error|exception|fatal|timed out|exited/i;

function isError(line: Line): boolean {
  if (line.kind === 'text') return ERROR_WORDS.test(line.text);
  const { status } = line.fields;
  return ['ERROR', 'FATAL'].includes(line.level.toUpperCase()) || (typeof status === 'number' && status >= 500);
}
