import { readdirSync } from 'node:fs';
import * as v from 'valibot';
import type { Call, DocumentedCall } from '../../../lambda/http/call.ts';
import { CALLS } from '../../../lambda/http/calls.ts';

const folder = new URL('../../../lambda/http/calls/', import.meta.url);

/**
 * Reads the documentation of every call, in the order of the calls. The bundle has none of it, as only these scripts
 * ask for it.
 *
 * @throws Error when a call is not documented, or not in the list of calls
 */
export async function documentedCalls(): Promise<readonly DocumentedCall[]> {
  const documented = (await Promise.all(readdirSync(folder).map(documentationIn))).flat();
  const routes = CALLS.map(({ route }) => route);
  const strangers = documented.filter(({ call }) => !routes.includes(call.route));
  if (strangers.length > 0) throw new Error(`not in lambda/http/calls.ts: ${routesOf(strangers)}`);
  return CALLS.map((call) => {
    const found = documented.find((candidate) => candidate.call.route === call.route);
    if (found === undefined) throw new Error(`no documentation for ${call.route} in lambda/http/calls/`);
    return { ...found, call: { ...call, parameters: parametersOf(call) } };
  });
}

/** A borrower whose identity is known may leave `userid` out; whether it is known, only the deployment says. */
function parametersOf({ audience, parameters }: Call): v.ObjectEntries {
  const { userid } = parameters;
  return audience === 'borrowers' && userid ? { ...parameters, userid: v.optional(userid) } : parameters;
}

async function documentationIn(file: string): Promise<readonly DocumentedCall[]> {
  const { documentation } = (await import(new URL(file, folder).href)) as { documentation?: () => DocumentedCall[] };
  return documentation?.() ?? [];
}

function routesOf(calls: readonly DocumentedCall[]): string {
  return calls.map(({ call }) => call.route).join(', ');
}
