import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { AccessUnavailable } from '../../../../lambda/pool/refusals.ts';
import type { VisitReport } from '../../../../lambda/pool/visit.ts';
import { CERTIFICATE_POOL, inventoryText, STORED_KEY_POOL, vmEntry } from '../../../support/providers/inventory.ts';
import type { World } from '../../../support/providers/static-world.ts';
import {
  allIsWell,
  loginTo,
  MADE_KEY,
  staticWorld,
  STORED_KEY,
  verdictOn,
  vmOf,
} from '../../../support/providers/static-world.ts';

const MARKED_IN_TEXT = 'marked-in-the-inventory-77a0';

const text = inventoryText(
  [vmEntry(), vmEntry({ id: 'vm-02', pool: 'lab', address: '192.0.2.12', storedKey: 'ssm:/lab' })],
  {
    default: CERTIFICATE_POOL,
    lab: STORED_KEY_POOL,
  },
);

const REPORTS: readonly World['report'][] = [
  allIsWell,
  new Error('lambda did not answer'),
  { ok: false, reason: 'refuses the log-in as root' },
  { ok: false, reason: 'wrong host key', wrongHostKey: 'SHA256:x' },
  { ok: true, exitStatus: 1, output: 'cannot end processes' },
  ({ vm, login }): VisitReport => ({ ok: false, reason: JSON.stringify([vm, login?.command]) }),
];

it('shows keys in a login and nowhere else', async () => {
  const world = staticWorld(text);
  const seen: unknown[] = [];
  expect(inspect(await loginTo(world, 'vm-01'))).toContain(MADE_KEY);
  expect(inspect(await loginTo(world, 'vm-02'))).toContain(STORED_KEY);
  for (const found of REPORTS) {
    world.report = found;
    for (const id of ['vm-01', 'vm-02']) seen.push(await verdictOn(world, id));
  }
  world.authorityFault = new AccessUnavailable('kms throttles');
  seen.push(await verdictOn(world, 'vm-01'), await loginTo(world, 'vm-01').catch((error: unknown) => error));
  const lab = await vmOf(world, 'vm-02');
  world.text = text.replace('"tester"', `"tester", "privateKey": "${MARKED_IN_TEXT}"`);
  seen.push(await world.provider.inventory(), world.provider.pool('lab'), await world.provider.hostKeys(lab));
  world.text = `{ "vms": "${MARKED_IN_TEXT}`;
  seen.push(await world.provider.inventory(), world.provider);
  expect(world.visits.length).toBeGreaterThan(REPORTS.length);
  const all = seen.map((each) => inspect(each, { depth: 12, showHidden: true }));
  for (const marked of [MADE_KEY, STORED_KEY, MARKED_IN_TEXT]) expect(all.join('\n')).not.toContain(marked);
});
