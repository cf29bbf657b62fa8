/** Base of the refusals, so that one `instanceof` distinguishes a refusal from a fault. */
export abstract class RefusalError extends Error {
  abstract readonly code: string;
}
