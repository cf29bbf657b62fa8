import contract from '../openapi.json' with { type: 'json' };
import type { Authorization } from './audience.ts';
import { SCHEMES } from './audience.ts';

/** What a caller must send: the names of schemes, all of which it must satisfy. */
type Requirement = Readonly<Record<string, readonly unknown[]>>;

/** The contract of a deployment: `openapi.json`, with the one way to authorize that this deployment knows. */
export function contractFor(authorization: Authorization, hasMetricsToken: boolean): typeof contract {
  const paths = mapped(contract.paths, (operations) =>
    mapped(operations as Operations, (operation) => {
      const byToken = operation.security.find((requirement) => 'metricsToken' in requirement);
      const security = hasMetricsToken && byToken ? [byToken] : securityIn(authorization, operation.security);
      return { ...operation, security };
    }),
  );
  return { ...contract, paths: paths as typeof contract.paths };
}

type Operations = Readonly<Record<string, { readonly security: readonly Requirement[] }>>;

/** `{}` among the requirements marks a call that is open where nobody is asked who borrows. */
function securityIn(authorization: Authorization, requirements: readonly Requirement[]): readonly Requirement[] {
  if (requirements.length === 0) return [];
  const isOpen = requirements.some((requirement) => Object.keys(requirement).length === 0);
  const { operators, borrowers } = SCHEMES[authorization];
  const scheme = isOpen ? borrowers : operators;
  return scheme === '' ? [] : [{ [scheme]: [] }];
}

function mapped<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
