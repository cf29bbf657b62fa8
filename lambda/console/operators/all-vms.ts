import type { Client } from '../../client/client.ts';
import { allPages } from '../../client/pages.ts';
import type { OperatedVm } from '../api.ts';

/** Most VMs that the list shows. */
const MOST = 10_000;

/** All VMs, page by page. */
export async function allVms(client: Client): Promise<readonly OperatedVm[]> {
  return allPages(
    (page) => client.call('GET /vms', page),
    ({ vms }) => vms,
    MOST,
  );
}
