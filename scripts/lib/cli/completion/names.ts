import { allPages } from '../../../../lambda/client/pages.ts';
import { createContext } from '../context.ts';
import type { GlobalOptions } from '../options.ts';
import { readSettingsFile } from '../settings/file.ts';
import { settingsFile } from '../settings/folders.ts';
import type { Completion } from '../words.ts';
import type { World } from '../world.ts';

/** Finds the names that an option or an argument may have. */
export async function findNames(kind: Completion, options: GlobalOptions, world: World): Promise<readonly string[]> {
  if (kind === 'profiles') return Object.keys((await readSettingsFile(settingsFile(world), false)).profiles);
  const { client, operator, signal } = await createContext({ ...options, quiet: true }, world);
  if (kind === 'pools') return Object.keys((await (await client()).call('GET /pool', {}, { signal })).pools);
  const asOperator = await operator();
  return allPages(
    (page) => asOperator.call('GET /vms', page, { signal }),
    ({ vms }) => vms.map(({ id }) => id),
  );
}
