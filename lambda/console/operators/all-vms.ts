import type { Client } from '../../client/client.ts';
import type { OperatedVm } from '../api.ts';

const PAGE = 200;

/** Pages that the list reads: 10,000 VMs. */
const MOST_PAGES = 50;

/** All VMs, page by page. */
export async function allVms(client: Client): Promise<readonly OperatedVm[]> {
  const found: OperatedVm[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await client.call('GET /vms', { limit: PAGE, ...(cursor !== undefined && { cursor }) });
    found.push(...answer.vms);
    ({ cursor } = answer);
    if (cursor === undefined) break;
  }
  return found;
}
