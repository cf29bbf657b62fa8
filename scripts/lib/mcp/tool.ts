import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type * as z from 'zod/v4';
import type { Borrower } from './borrower.ts';
import type { Limits } from './limits.ts';

/** What a tool works with. */
export interface Desk {
  readonly borrower: Borrower;
  readonly limits: Limits;
  /** Program that logs in. */
  readonly ssh: string;
}

/** One call of a tool. */
export interface ToolCall {
  /** Aborted when the client gives up waiting. */
  readonly signal: AbortSignal;
  /** Informs a client that asked for it how the call goes on. */
  readonly progress: (message: string) => void;
}

/** What a tool takes and answers. */
type Shape = Readonly<Record<string, z.ZodType>>;

/** The values of a shape. */
export type Values<S extends Shape> = z.output<z.ZodObject<S>>;

/** A tool as its file declares it. */
export interface Tool<In extends Shape = Shape, Out extends Shape = Shape> {
  readonly name: string;
  readonly title: string;
  readonly annotations: ToolAnnotations;
  /** Says what it does, when to use it, and what it never does. */
  readonly description: string;
  readonly input: In;
  readonly output: Out;
  run(values: Values<In>, call: ToolCall): Promise<Values<Out>>;
}

/** Declares a tool; the schemas give its types. */
export function tool<In extends Shape, Out extends Shape>(declared: Tool<In, Out>): Tool<In, Out> {
  return declared;
}
