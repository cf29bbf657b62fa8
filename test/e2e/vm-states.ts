import { OLIVIA } from './callers.ts';
import type { RunningEnvironment } from './environment.ts';

/** A VM as operators see it. */
export interface VmView {
  readonly id: string;
  readonly pool: string;
  readonly state: string;
  readonly reason?: string;
  readonly dueAt?: string;
  readonly userid?: string;
  readonly retired: boolean;
}

/** All VMs, sorted by id. */
export async function vmViews({ client }: RunningEnvironment): Promise<readonly VmView[]> {
  const { body } = await client.as(OLIVIA).get('/vms');
  return (body.vms as VmView[]).toSorted((one, other) => one.id.localeCompare(other.id));
}

/** One VM. @throws Error when there is none with that id */
export async function vmView(running: RunningEnvironment, id: string): Promise<VmView> {
  const view = (await vmViews(running)).find((each) => each.id === id);
  if (view === undefined) throw new Error(`there is no ${id}`);
  return view;
}
