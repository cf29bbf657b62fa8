import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../lambda/pool/ports.ts';
import type { Refusal } from '../../../lambda/pool/refusals.ts';
import { isRefusal } from '../../../lambda/pool/refusals.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { storeOver } from '../dynamodb/table-store.ts';
import { serviceOver, TestProvider } from '../pool/lending.ts';

/** Table, VMs and clock of one process of the function. */
export interface FunctionProcessOptions {
  readonly tableName: string;
  readonly vms: readonly Vm[];
  readonly clock: Clock;
}

/** Longest that a tick may take here. */
const TICK_BUDGET_MS = 20_000;

/**
 * The service as one process of the function composes it over DynamoDB, with the VMs and the clock of a test. As on
 * Lambda, environment variables name the database.
 */
export function functionProcess({ tableName, vms, clock }: FunctionProcessOptions) {
  const store = storeOver(tableName);
  const provider = new TestProvider(vms);
  const service = serviceOver({ store, provider, clock });
  return { ...service, provider, tick: () => service.tick(randomUUID(), TICK_BUDGET_MS) };
}

/** The service of one process of the function. */
export type FunctionProcess = ReturnType<typeof functionProcess>;

/** How a call of a use case ended. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly refusal: Refusal };

/** Waits for a call; a refusal is an outcome. @throws any other error: a fault, which no caller may see */
export async function outcomeOf<Answer>(call: Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await call };
  } catch (error) {
    if (isRefusal(error)) return { refusal: error };
    throw error;
  }
}
