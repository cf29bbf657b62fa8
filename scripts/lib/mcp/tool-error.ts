/** Something that a tool can't do, in words for the model that called it. */
export class ToolError extends Error {
  /**
   * @param message - what is wrong, as a sentence
   * @param next - what to do about it, as a sentence
   */
  constructor(
    message: string,
    readonly next: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
