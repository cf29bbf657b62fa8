/**
 * Loads a server: `node load-process.mjs <url of the stage> <lease|lend> <seconds> <connections>`. With `lease` everyone
 * asks for the lease of one user, with `lend` each connection is a user who gets a VM and gives it back.
 */
import autocannon, { type Request } from 'autocannon';

/** What the server managed. */
export interface Load {
  readonly perSec: number;
  /** Share of the answers that were no refusals, 0 to 1 */
  readonly granted: number;
}

const [url = '', calls, seconds, connections] = process.argv.slice(2);
let users = 0;

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [leaseOf('alice')],
  setupClient: (client) => {
    if (calls === 'lend') client.setRequests(lendingTo(`user-${(users += 1)}`));
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
