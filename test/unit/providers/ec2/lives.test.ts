/** Whatever happens in whatever order, no VM passes its check that has not been reset after its use. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { VmStatus } from '../../../../lambda/pool/vm.ts';
import type { Ec2World } from '../../../support/providers/ec2-world.ts';
import { checked, ec2World, TAGS, vmIn } from '../../../support/providers/ec2-world.ts';
import type { FakeEc2 } from '../../../support/providers/fake-ec2.ts';
import { inventoryText } from '../../../support/providers/inventory.ts';
import { checkingStatus } from '../../../support/providers/static-world.ts';
import { round, useEndedNow } from '../../../support/providers/upkeep-of-one.ts';

const ID = 'i-01';

const OPERATIONS = ['instance', 'statusChecks', 'start', 'reboot', 'replaceRootVolume', 'replaceTask', 'consoleOutput'];
const CODES = [
  { code: 'RequestLimitExceeded', status: 503 },
  { code: 'IncorrectInstanceState', status: 400 },
  { code: 'InsufficientInstanceCapacity', status: 500 },
  { code: 'UnauthorizedOperation', status: 403 },
  { code: 'TimeoutError', status: 'no answer' },
] as const;

/** What happens to a VM: upkeep checks it, a check is killed, or the world changes. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('check' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('killed' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      operation: fc.constantFrom(...OPERATIONS),
      fault: fc.constantFrom(...CODES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('stop' as const, 'task fails' as const) }) },
);

type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;

async function happen(world: Ec2World, status: VmStatus, event: Happening): Promise<VmStatus> {
  const { ec2 } = world;
  if (event.kind === 'fault')
    ec2.fail(event.operation as keyof FakeEc2 & 'start', event.fault.code, event.fault.status);
  if (event.kind === 'stop') await ec2.stop([ID]).catch(() => undefined);
  if (event.kind === 'task fails') ec2.tasksEnd = ec2.tasksEnd === 'failed' ? 'succeeded' : 'failed';
  if (event.kind === 'killed') await checked(world, status);
  const after = event.kind === 'check' ? (await round(world, status)).status : status;
  if ('seconds' in event) world.nowMs += event.seconds * 1_000;
  return after;
}

/** Lives through all that happens, until the VM has passed or is out. */
async function lived(reset: string, happenings: readonly Happening[]) {
  const lab = { access: 'certificate', check: 'command', reset, ec2: { username: 'ubuntu' } };
  const world = ec2World(inventoryText([], { lab }));
  world.ec2.add(ID, { [TAGS.pool]: 'lab' }, { traces: ['files', 'processes'] });
  const use = useEndedNow(world);
  let status: VmStatus = { ...checkingStatus(await vmIn(world, ID)), use };
  // The VM answers when nothing more happens to it.
  const rest = Array.from({ length: 60 }, () => ({ kind: 'check', seconds: 60 }) as const);
  for (const event of [...happenings, ...rest]) {
    if (status.state !== 'checking') break;
    status = await happen(world, status, event);
  }
  return { world, status, use, instance: world.ec2.get(ID) };
}

describe('a VM that has been used', () => {
  it('is free only with a root volume that was made after its use, by one task for each try', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
        const { world, status, instance, use } = await lived('replace-root-volume', happenings);
        expect(['free', 'quarantined']).toContain(status.state);
        const tokens = [...world.ec2.tasks.keys()];
        expect(tokens.every((token) => /^l-1([.][12])?$/.test(token))).toBe(true);
        if (status.state === 'free') {
          expect(instance.traces).toEqual([]);
          expect(status.vm.hostKeys).toEqual(instance.hostKeys);
          expect(instance.bootedAtMs / 1_000).toBeGreaterThan(use.endedAtSec);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is free only when it was cleaned and has booted after its use', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
        const { status, instance, use } = await lived('reboot', happenings);
        expect(['free', 'quarantined']).toContain(status.state);
        if (status.state === 'free') {
          expect(instance.traces).not.toContain('files');
          expect(instance.bootedAtMs / 1_000).toBeGreaterThan(use.endedAtSec);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is free after all where nothing fails, even if every check is killed once', async () => {
    for (const reset of ['reboot', 'replace-root-volume', 'command']) {
      const killed = Array.from(
        { length: 20 },
        (_, n) => ({ kind: n % 2 === 0 ? 'killed' : 'check', seconds: 30 }) as const,
      );
      const { status, world } = await lived(reset, killed);
      expect(status.state).toBe('free');
      expect(world.ec2.tasks.size).toBe(reset === 'replace-root-volume' ? 1 : 0);
    }
  });
});
