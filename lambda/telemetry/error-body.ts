/** Causes that are logged; a chain may be a circle. */
const MOST_CAUSES = 5;

/** An error in a log line. */
export interface ErrorBody {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** From the error's own cause to the first one. */
  readonly causes?: readonly Pick<ErrorBody, 'name' | 'message'>[];
}

/**
 * What a log line says of a thrown value: name, message and stack, and name and message of each cause. Nothing else of
 * them, since errors of libraries carry requests, and a request may carry a key.
 */
export function errorBody(thrown: unknown): ErrorBody {
  const causes: ErrorBody[] = [];
  let cause = causeOf(thrown);
  while (cause !== undefined && causes.length < MOST_CAUSES) {
    causes.push(summaryOf(cause));
    cause = causeOf(cause);
  }
  const stack = thrown instanceof Error ? { stack: thrown.stack } : {};
  return { ...summaryOf(thrown), ...stack, ...(causes.length > 0 && { causes }) };
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown.cause : undefined;
}

/**
 * A failed connection to a name with several addresses is an AggregateError whose message is empty: its code says why.
 */
function summaryOf(thrown: unknown): Pick<ErrorBody, 'name' | 'message'> {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: 'a value that is not an Error was thrown' };
  const { name, message, code } = thrown as NodeJS.ErrnoException;
  return { name, message: message === '' ? (code ?? '') : message };
}
