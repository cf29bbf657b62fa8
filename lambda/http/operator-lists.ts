/** The lists that operators read. Loaded for the first of them, so that borrowers pay nothing for it. */
import type { PageQuery } from '../pool/ports.ts';
import type { Services } from './call.ts';
import type { Facts } from './facts.ts';
import { cursorBody, eventBody, readCursor, vmBody } from './operator-bodies.ts';
import { invalidRequest } from './problem.ts';

/** One page of all VMs. */
export async function listVms({ limit, cursor }: PageQuery, { operations }: Services) {
  const found = await operations.vms({ limit, cursor: readCursor(cursor) });
  return { vms: found.items.map(vmBody), ...cursorBody(found) };
}

/** Whose events a request lists; it must name one of the two. */
interface EventSubject {
  readonly userid?: string | undefined;
  readonly vm?: string | undefined;
}

/** One page of the events of a VM or a user. @throws {@link invalidRequest} */
export async function listEvents(query: EventSubject & PageQuery, facts: Facts, { operations }: Services) {
  const { limit, cursor, ...subject } = query;
  if (subject.vm !== undefined) facts.vmId = subject.vm;
  const found = await operations.events({ ...subjectOf(subject), limit, cursor: readCursor(cursor) });
  return { events: found.items.map(eventBody), ...cursorBody(found) };
}

function subjectOf({ userid, vm }: EventSubject) {
  if (userid !== undefined && vm === undefined) return { userId: userid };
  if (vm !== undefined && userid === undefined) return { vmId: vm };
  throw invalidRequest([{ field: 'vm', message: 'or userid is required, one of the two' }]);
}
