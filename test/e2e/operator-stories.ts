import { expect, it } from '@jest/globals';
import { vmOf } from './bodies.ts';
import { OLIVIA } from './callers.ts';
import type { Answer } from './client.ts';
import type { RunningEnvironment } from './environment.ts';

/** Orders of an operator, in a table. At first vm-01 is quarantined, and some of the others are free. */
export function operatorStories(running: () => RunningEnvironment): void {
  const olivia = () => running().client.as(OLIVIA);
  const look = (pathAndQuery: string) => olivia().get(pathAndQuery);
  const order = (vmId: string, name: string, reason: string) => olivia().post(`/vms/${vmId}/${name}`, { reason });

  it('requires a reason', async () => {
    const answer = await olivia().post('/vms/vm-02/drain', {});
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('shows every VM with its state, holder and failures, but without its key', async () => {
    const granted = await running().client.post('/getvm', { userid: 'carol' });
    const answer = await look('/vms');
    const vms = vmsOf(answer);
    expect([answer.status, vms.map(({ id }) => id).sort()]).toEqual([
      200,
      ['vm-01', 'vm-02', 'vm-03', 'vm-04', 'vm-05'],
    ]);
    expect(vms).toContainEqual(expect.objectContaining({ id: 'vm-01', state: 'quarantined', failures: 1 }));
    expect(vms).toContainEqual(expect.objectContaining({ ...idOf(granted), state: 'leased', userid: 'carol' }));
    expect(JSON.stringify(answer.body)).not.toContain('private');
  });

  it('pages through the VMs', async () => {
    const first = await look('/vms?limit=3');
    const rest = await look(`/vms?limit=3&cursor=${encodeURIComponent(String(first.body.cursor))}`);
    const ids = [...vmsOf(first), ...vmsOf(rest)].map(({ id }) => id);
    expect([ids.length, new Set(ids).size, rest.body.cursor]).toEqual([5, 5, undefined]);
  });

  it('takes a VM back by force, and records who did it and why', async () => {
    const { vm } = (await running().client.get('/lease?userid=carol')).body as { vm: { id: string } };
    const released = await order(vm.id, 'release', 'carol has left');
    expect(released).toMatchObject({ status: 200, body: { vm: { id: vm.id, state: 'free' } } });
    expect((await running().client.get('/lease?userid=carol')).status).toBe(404);

    const events = (await look('/events?userid=carol')).body.events as unknown[];
    expect(events).toEqual([
      expect.objectContaining({ kind: 'force_released', vmId: vm.id, who: OLIVIA, reason: 'carol has left' }),
      expect.objectContaining({ kind: 'acquired', vmId: vm.id, who: 'carol', from: 'free', to: 'leased' }),
    ]);
  });

  it('drains a VM, quarantines it, and returns it after a check', async () => {
    const id = vmsOf(await look('/vms')).find(({ state }) => state === 'free')?.id ?? '';
    expect(await order(id, 'drain', 'new disk')).toMatchObject({ status: 200, body: { vm: { state: 'drained' } } });
    expect(await order(id, 'quarantine', 'odd noise')).toMatchObject({ body: { vm: { state: 'quarantined' } } });
    await running().restart();
    expect(await order(id, 'return', 'fine again')).toMatchObject({ status: 200, body: { vm: { state: 'free' } } });

    const events = (await look(`/events?vm=${id}&limit=4`)).body.events as { kind: string; reason?: string }[];
    expect(events.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['check_passed', undefined],
      ['returned', 'fine again'],
      ['quarantined', 'odd noise'],
      ['drained', 'new disk'],
    ]);
  });

  it('quarantines a returned VM again when it still fails its check', async () => {
    const answer = await order('vm-01', 'return', 'try again');
    expect(answer).toMatchObject({
      status: 200,
      body: { vm: { id: 'vm-01', state: 'quarantined', reason: 'vm-01 is set to fail its check' } },
    });
  });
}

function vmsOf({ body }: Answer): { id: string; state: string }[] {
  return body.vms as { id: string; state: string }[];
}

function idOf(answer: Answer): { id: string } {
  return { id: vmOf(answer).id };
}
