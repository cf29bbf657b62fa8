import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../lambda/pool/ports.ts';
import type { Refusal } from '../../../lambda/pool/refusals.ts';
import { isRefusal } from '../../../lambda/pool/refusals.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { storeOver } from '../dynamodb/table-store.ts';
import { serviceOver, TestProvider } from '../pool/lending.ts';

/** What one instance of the function is made of. */
export interface InstanceOptions {
  readonly tableName: string;
  readonly vms: readonly Vm[];
  readonly clock: Clock;
}

/** Longest that a tick may take, as on Lambda. */
const TICK_BUDGET_MS = 20_000;

/**
 * One instance of the function over DynamoDB, but for VMs and clock. The database is where the environment of this process
 * says.
 */
export function functionInstance({ tableName, vms, clock }: InstanceOptions) {
  const store = storeOver(tableName);
  const provider = new TestProvider(vms);
  const service = serviceOver({ store, provider, clock });
  return { ...service, provider, tick: () => service.tick(randomUUID(), TICK_BUDGET_MS) };
}

/** One instance of the function. */
export type FunctionInstance = ReturnType<typeof functionInstance>;

/** What a call of a use case came to. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly refusal: Refusal };

/** @throws what is not a refusal: a fault, which no caller may see */
export async function outcomeOf<Answer>(call: Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await call };
  } catch (error) {
    if (isRefusal(error)) return { refusal: error };
    throw error;
  }
}
