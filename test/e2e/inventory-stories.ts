import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { accessKeyIdOf } from '../support/lambda-runtime/lambda-function.ts';
import type { RunningEnvironment } from './environment.ts';
import { described, fingerprintOf } from './key-pair.ts';
import type { Lab } from './lab.ts';
import { DESKS } from './lab.ts';
import { logLines } from './log-lines.ts';
import { runSchedule } from './schedule.ts';
import { openedVm, ssh } from './ssh.ts';
import { vmViews } from './vm-states.ts';

const MINUTE_MS = 60_000;

/** What the stories of a changing inventory are about. */
export interface InventoryGround {
  readonly running: () => RunningEnvironment;
  readonly account: () => EmulatedAws;
  readonly lab: () => Lab;
  /** Applies with a new text of the inventory, and leaves the running function alone. */
  readonly write: (inventory: string) => Promise<void>;
  /** Applies with more settings, and runs what comes out. */
  readonly apply: (settings: Record<string, unknown>) => Promise<void>;
}

/** SHA-256 of a text, as `sha256sum` prints it. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The inventory changes while gina holds a desk. In the beginning it has all VMs but the last desk. */
export function inventoryStories({ running, account, lab, write, apply }: InventoryGround): void {
  /** Leaves the desk that gina holds. */
  let oneDesk: string;
  const tick = () => runSchedule(account(), running());
  const desks = async () => (await vmViews(running())).filter(({ pool }) => pool === 'desks');

  it('reaches the running function with the next tick, and is read once', lastDeskComes, MINUTE_MS);

  async function lastDeskComes(): Promise<void> {
    await tick();
    const earlier = (await reads()).length;
    await write(lab().inventory([]));
    await tick();
    expect((await desks()).map(({ id }) => id)).toEqual([...DESKS]);
    await tick();
    const statuses = (await reads()).slice(earlier);
    expect(statuses.filter((status) => status !== 304)).toEqual([200]);
    expect(statuses.at(-1)).toBe(304);
    expect((await desks()).at(-1)).toMatchObject({ id: DESKS[3], state: 'free' });
  }

  it('changes nothing when it would remove most of a pool, and the function says so', mostDesksGo, MINUTE_MS);

  async function mostDesksGo(): Promise<void> {
    const before = await desks();
    const held = before.find(({ userid }) => userid === 'gina')?.id;
    oneDesk = lab().inventory(DESKS.filter((id) => id !== held));
    await write(oneDesk);
    const seen = logLines(running().deployed).length;
    await tick();
    await tick();
    expect(await desks()).toHaveLength(before.length);
    // The lines of the last tick may still be on their way.
    const lines = logLines(running().deployed).slice(seen);
    const errors = lines.filter(({ level }) => level === 'ERROR');
    expect(errors[0]).toMatchObject({ message: "the inventory can't be used, so the last good one stays" });
    expect(JSON.stringify(errors[0])).toContain(
      `set confirmed_inventory (CONFIRMED_INVENTORY) to ${sha256Of(oneDesk)}`,
    );
    expect(lines.find(({ message }) => message === 'tick')).toMatchObject({ InventoryFaults: 1 });
  }

  describe('once it is confirmed, while the other key of the authority begins to sign', () => {
    it('takes effect', desksAreGone, 3 * MINUTE_MS);

    async function desksAreGone(): Promise<void> {
      const [first, second] = running().outputs.certificate_authority_public_keys;
      const confirmed_inventory = sha256Of(oneDesk);
      await apply({ inventory: oneDesk, confirmed_inventory, certificate_authority_signing_key: 'b' });
      expect(running().outputs.certificate_authority_public_keys).toEqual([second, first]);
      await tick();
      const left = await desks();
      expect(left.filter(({ retired }) => !retired)).toEqual([expect.objectContaining({ userid: 'gina' })]);
      expect(left.filter(({ state }) => state !== 'leased')).toEqual([]);
    }

    it('leaves the holder of a VM that trusts both keys where she is', async () => {
      const vm = openedVm(await running().client.post('/connectvm', { userid: 'gina' }));
      const [signing = ''] = running().outputs.certificate_authority_public_keys;
      expect(described(vm.certificate ?? '')).toContain(`Signing CA: ECDSA ${fingerprintOf(signing)}`);
      expect(await ssh(vm, 'echo in')).toMatchObject({ exitCode: 0, stdout: 'in\n' });
    });
  });

  /** Statuses of the answers to the function's reads of the inventory. */
  async function reads(): Promise<number[]> {
    const key = accessKeyIdOf(running().deployed.settings.functionName);
    const calls = (await account().calls()).filter((call) => call.key === key && call.operation === 'GetObject');
    return calls.map(({ status }) => status);
  }
}
