/**
 * Loads a server: `node load-process.mjs <origin> <lease|lend> <seconds> <connections> [<name>]`. With `lease` every
 * connection reads the lease of one user. With `lend` each connection is a user who gets a VM and releases it. Their
 * ids begin with `name`, because a user may still hold a VM at the end, and the next run would be refused.
 */
import type { Request } from 'autocannon';
import autocannon from 'autocannon';

/** Throughput of the server. */
export interface Load {
  readonly perSec: number;
  /** Share of the answers that were not refusals, 0 to 1 */
  readonly granted: number;
}

const [url = '', calls, seconds, connections, name = 'user'] = process.argv.slice(2);
let users = 0;

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [leaseOf('alice')],
  setupClient: (client) => {
    if (calls === 'lend') client.setRequests(lendingTo(`${name}-${(users += 1)}`));
  },
});
const answers = result['2xx'] + result.non2xx;
if (result.errors > 0 || result['5xx'] > (calls === 'lend' ? answers : 0)) throw new Error(`${result.errors} errors`);
const load: Load = { perSec: answers / result.duration, granted: result['2xx'] / answers };
process.send?.(load);

function leaseOf(userid: string): Request {
  return { method: 'GET', path: `/resources/lease?userid=${userid}` };
}

function lendingTo(userid: string): Request[] {
  return ['getvm', 'releasevm'].map((call) => ({ method: 'POST', path: `/resources/${call}?userid=${userid}` }));
}
