import type { Exit } from './exit-codes.ts';

/** What a command can't do, in words for its user. */
export class CommandError extends Error {
  /**
   * @param message - one sentence, without a full stop
   * @param next - what to do about it, a line each
   */
  constructor(
    message: string,
    readonly exit: Exit,
    readonly next: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command line or a setting is wrong. */
export function misuse(message: string, ...next: readonly string[]): CommandError {
  return new CommandError(message, 'misused', next);
}
