import { createClient } from '../../client/client.ts';
import { datedFetch } from '../live/service-clock.ts';
import type { Session } from './session.ts';

/** The names under which somebody borrows where nobody asks who they are. */
export interface Names {
  readonly userid: string;
  /** An operator of a server on this computer. */
  readonly operator?: string;
}

/** What the API takes for a user id, as the attribute `pattern`; a test holds it against the API's own rule. */
export const USER_ID = '\\s*[A-Za-z0-9._@+:\\/=,\\|\\-]{1,128}\\s*';

/** The same in words. */
export const USER_ID_RULE = '1 to 128 characters of A-Z a-z 0-9 . _ @ + - : / = , |';

const KEY = 'vm-pool.names';

/** What the page remembers of its last visitor; no secret. */
export function rememberedName(): Names | undefined {
  try {
    const names = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Names> | null;
    return typeof names?.userid === 'string' ? { ...names, userid: names.userid } : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers names for the next visit. */
export function rememberNames(names: Names): void {
  localStorage.setItem(KEY, JSON.stringify(names));
}

/** The session of somebody who gave a name; undefined for nobody. */
export function namedSession(url: string, names: Names | undefined): Session | undefined {
  if (names === undefined) return undefined;
  const { userid, operator } = names;
  const headers: Record<string, string> = operator === undefined ? {} : { 'x-operator': operator };
  return {
    client: createClient({ url, retryForMs: RETRY_FOR_MS, fetch: datedFetch, authenticate: async () => headers }),
    who: { userid },
    name: userid,
    operator: operator === undefined ? 'none' : 'named',
    leaveLabel: 'Change user',
    leave: async () => {
      localStorage.removeItem(KEY);
    },
    enter: async () => undefined,
  };
}

/** Short: the page shows that the API is away, and asks again. */
export const RETRY_FOR_MS = 3_000;
