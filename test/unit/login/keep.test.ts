import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Client } from '../../../lambda/client/client.ts';
import { Refused, Unreachable } from '../../../lambda/client/refused.ts';
import type { Vm } from '../../../lambda/client/routes.ts';
import type { LoginFolder } from '../../../scripts/lib/login/folder.ts';
import { keepLogin } from '../../../scripts/lib/login/keep.ts';
import { leaseOf, vmOf } from './made-up.ts';

const startMs = Date.parse('2026-11-21T12:00:00Z');
const inSec = (sec: number) => new Date(Date.now() + sec * 1000).toISOString();

/** A service whose certificates live five minutes, and a folder that only remembers. */
class World {
  readonly calls: string[] = [];
  readonly faults: unknown[] = [];
  readonly written: Vm[] = [];
  refusals: Partial<Record<string, Error>> = {};
  lease = leaseOf();
  first: Vm | undefined = vmOf();
  /** What connectvm answers about the VM. */
  vm: () => Vm = () => vmOf({ certificateExpiresAt: inSec(300) });
  isConnected = false;

  readonly client = {
    url: 'http://127.0.0.1/resources',
    call: async (route: string, parameters: Readonly<Record<string, unknown>>) => {
      this.calls.push(`${String((Date.now() - startMs) / 1000)} ${route} ${JSON.stringify(parameters)}`);
      if (this.refusals[route] !== undefined) throw this.refusals[route];
      if (route === 'POST /renewvm') this.lease = leaseOf({ expiresAt: inSec(Number(parameters.minutes) * 60) });
      return { vm: this.vm(), lease: this.lease };
    },
  } as unknown as Client;

  keep(renewMinutes?: number) {
    const { written, first, isConnected } = this;
    const folder = {
      publicKey: 'ssh-ed25519 AAAA',
      get vm() {
        return written.at(-1) ?? first;
      },
      write: async (vm: Vm) => written.push(vm),
    } as unknown as LoginFolder;
    const onFault = (error: unknown) => this.faults.push(error);
    return keepLogin({ client: this.client, who: {}, lease: this.lease, folder, renewMinutes, isConnected, onFault });
  }

  /** When which calls were made, seconds from the start. */
  get times(): string[] {
    return this.calls.map((call) => call.split(' ').slice(0, 3).join(' '));
  }
}

let world: World;

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
  world = new World();
});

afterEach(() => {
  jest.useRealTimers();
});

const refused = (code: string) => new Refused(409, { code, detail: code });

describe('keepLogin', () => {
  it('renews the certificate at half of its time, and leaves the lease alone', async () => {
    const keeper = world.keep();
    await jest.advanceTimersByTimeAsync(310_000);
    await keeper.stop();
    expect(world.calls).toEqual([
      '150 POST /connectvm {"leaseId":"lease-1","sshPublicKey":"ssh-ed25519 AAAA"}',
      '300 POST /connectvm {"leaseId":"lease-1","sshPublicKey":"ssh-ed25519 AAAA"}',
    ]);
    expect(world.written).toHaveLength(2);
  });

  it('renews the lease when half of the time that it is to last is left', async () => {
    world.first = vmOf({ login: 'shared-key', certificateExpiresAt: undefined as never });
    const keeper = world.keep(10);
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(world.calls[0]).toBe('3300 POST /renewvm {"leaseId":"lease-1","minutes":10}');
    expect(world.times).toEqual(['3300 POST /renewvm', '3600 POST /renewvm']);
    expect(keeper.lease.expiresAt).toBe('2026-11-21T13:10:00.000Z');
    await keeper.stop();
  });

  it('keeps the shortest lease alive', async () => {
    world.lease = leaseOf({ expiresAt: inSec(60) });
    const keeper = world.keep(1);
    for (let minute = 0; minute < 20; minute += 1) {
      await jest.advanceTimersByTimeAsync(60_000);
      expect(Date.parse(keeper.lease.expiresAt)).toBeGreaterThan(Date.now());
    }
    await keeper.stop();
  });

  it('calls nobody once it is stopped', async () => {
    await world.keep(60).stop();
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(world.calls).toEqual([]);
  });

  it('reports a failure once, tries again soon, and reports the next after a success', async () => {
    world.refusals['POST /connectvm'] = new Unreachable('http://127.0.0.1', new Error('away'));
    const keeper = world.keep();
    await jest.advanceTimersByTimeAsync(200_000);
    expect(world.faults).toHaveLength(1);
    expect(world.times.slice(0, 3)).toEqual(['150', '165', '180'].map((sec) => `${sec} POST /connectvm`));
    world.refusals = {};
    await jest.advanceTimersByTimeAsync(100_000);
    world.refusals['POST /connectvm'] = new Unreachable('http://127.0.0.1', new Error('away'));
    await jest.advanceTimersByTimeAsync(200_000);
    expect(world.faults).toHaveLength(2);
    await keeper.stop();
  });

  it.each(['no_lease', 'lease_superseded'])('ends when the service answers %s', async (code) => {
    world.refusals['POST /connectvm'] = refused(code);
    const keeper = world.keep();
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(world.faults).toEqual([expect.objectContaining({ code })]);
    expect(world.calls).toHaveLength(1);
    await keeper.stop();
  });

  it('keeps the login when the lease can grow no longer', async () => {
    world.refusals['POST /renewvm'] = refused('lease_too_long');
    const keeper = world.keep(120);
    await jest.advanceTimersByTimeAsync(310_000);
    await keeper.stop();
    expect(world.faults).toEqual([expect.objectContaining({ code: 'lease_too_long' })]);
    expect(world.times.filter((call) => call.endsWith('/renewvm'))).toHaveLength(1);
    expect(world.written.length).toBeGreaterThan(1);
  });

  it('has a VM take the key again in half of the minute for which it does', async () => {
    const taken = () =>
      vmOf({ login: 'instance-connect', certificateExpiresAt: undefined as never, keyAcceptedUntil: inSec(60) });
    world.first = taken();
    world.vm = taken;
    const keeper = world.keep();
    await jest.advanceTimersByTimeAsync(100_000);
    expect(world.times).toEqual(['30', '60', '90'].map((sec) => `${sec} POST /connectvm`));
    await keeper.stop();
    world.calls.length = 0;
    world.isConnected = true;
    const other = world.keep();
    await jest.advanceTimersByTimeAsync(300_000);
    await other.stop();
    expect(world.calls).toEqual([]);
  });

  it('asks soon for a login that another process has written', async () => {
    world.first = undefined;
    const keeper = world.keep();
    await jest.advanceTimersByTimeAsync(20_000);
    await keeper.stop();
    expect(world.times).toEqual(['15 POST /connectvm']);
  });

  it.each(['starting', 'gone'] as const)('keeps what is written, and reports a VM that is %s once', async (status) => {
    world.vm = () => vmOf({ status, login: undefined as never });
    const keeper = world.keep();
    await jest.advanceTimersByTimeAsync(200_000);
    expect(world.written).toEqual([]);
    expect(world.faults).toEqual([expect.objectContaining({ name: 'NotReady', reason: status })]);
    world.vm = () => vmOf({ certificateExpiresAt: inSec(300) });
    await jest.advanceTimersByTimeAsync(20_000);
    await keeper.stop();
    expect(world.written).toHaveLength(1);
  });

  it('does not hurry when the clock of this computer is wrong', async () => {
    world.first = vmOf({ certificateExpiresAt: '2026-11-21T11:00:00Z' });
    const keeper = world.keep();
    await jest.advanceTimersByTimeAsync(15_000);
    expect(world.calls).toHaveLength(1);
    await keeper.stop();
  });
});
