import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Login } from '../../lambda/pool/access.ts';
import type { Opening, VmProvider } from '../../lambda/pool/provider.ts';
import { AccessUnavailable, isRefusal } from '../../lambda/pool/refusals.ts';
import type { Vm } from '../../lambda/pool/vm.ts';
import { loginOf } from '../support/pool/login.ts';
import { checkingStatus, START_MS, START_SEC } from '../support/providers/static-world.ts';

/** A provider at its first moment, and how to hurt it. */
export interface ProviderUnderTest {
  readonly provider: VmProvider;
  /** From now on its inventory can't be read. */
  readonly loseInventory: () => void;
  /** From now on its VMs answer nothing at all. */
  readonly silenceVms: () => void;
}

const KEYS = ['ssh-ed25519 AAAAalice', 'ssh-ed25519 AAAAbob'] as const;

/** What every source of VMs promises by the port `VmProvider`. */
export function describeVmProvider(name: string, make: () => ProviderUnderTest): void {
  describe(`${name} as a VmProvider`, () => {
    let world: ProviderUnderTest;
    let provider: VmProvider;
    let vms: readonly Vm[];

    beforeEach(async () => {
      world = make();
      ({ provider } = world);
      ({ vms } = await provider.inventory());
    });

    describe('inventory', () => {
      it('has VMs, each with an id and an address of its own', () => {
        expect(vms.length).toBeGreaterThan(0);
        expect(new Set(vms.map(({ id }) => id)).size).toBe(vms.length);
        expect(new Set(vms.map(({ ip, port }) => `${ip} ${port}`)).size).toBe(vms.length);
      });

      it('has VMs that the store, the API and the logs can name', () => {
        for (const vm of vms) {
          expect(vm).toEqual({
            id: expect.stringMatching(/^[A-Za-z0-9._-]{1,128}$/),
            pool: expect.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
            ip: expect.stringMatching(/^[A-Za-z0-9.:_-]{1,253}$/),
            port: expect.any(Number),
            username: expect.stringMatching(/^[A-Za-z_][A-Za-z0-9._-]{0,31}$/),
          });
        }
      });

      it('is the same when it is read again', async () => {
        expect((await provider.inventory()).vms).toEqual(vms);
      });

      it('stays as it was when it can no longer be read', async () => {
        world.loseInventory();
        await expect(provider.refresh()).resolves.toBeUndefined();
        expect((await provider.inventory()).vms).toEqual(vms);
      });
    });

    describe('pool', () => {
      it('knows its own pools by every name', () => {
        for (const { pool } of vms) {
          const rules = provider.pool(pool);
          if (rules === undefined) continue;
          expect(rules).toMatchObject({ name: pool, lease: { defaultMinutes: expect.any(Number) } });
          expect(rules.lease.defaultMinutes).toBeLessThanOrEqual(rules.lease.maxMinutes);
          for (const alias of rules.aliases) expect(provider.pool(alias)).toEqual(rules);
        }
      });

      it('knows no other', () => {
        for (const other of ['none-such', 'constructor', '']) expect(provider.pool(other)).toBeUndefined();
      });
    });

    describe('hostKeys', () => {
      it('are fingerprints', async () => {
        const all = await Promise.all(vms.map((vm) => provider.hostKeys(vm)));
        for (const hostKey of all.flat()) expect(hostKey).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
      });

      it('do not follow what a check has learnt, which may be old', async () => {
        for (const vm of vms) {
          expect(await provider.hostKeys({ ...vm, hostKeys: [KEYS[0]] })).toEqual(await provider.hostKeys(vm));
        }
      });

      it('are none for a VM that it does not have', async () => {
        for (const vm of vms) {
          expect(await provider.hostKeys({ ...vm, id: 'none-such', pool: 'none-such' })).toEqual([]);
        }
      });
    });

    describe('open', () => {
      it('gives a key, opens the VM to the key that the holder has, or begins a session', async () => {
        for (const vm of vms) {
          const made = await open(vm, undefined).catch((error: unknown) => error as AccessUnavailable);
          // EC2 Instance Connect makes no key.
          if (isRefusal(made)) expect(made).toBeInstanceOf(AccessUnavailable);
          else if (!('session' in made)) expect(made).toMatchObject({ privateKey: expect.stringMatching(/./) });
          for (const key of KEYS) {
            const own = await open(vm, key);
            if ('login' in own && ['shared-key', 'session-manager'].includes(own.login)) continue;
            expect(own).not.toHaveProperty('privateKey');
            expect(own).not.toEqual(made);
          }
        }
      });

      it('begins nothing that has to be ended when the holder only looks', async () => {
        for (const vm of vms) expect(await open(vm, KEYS[0], { isLook: true })).not.toHaveProperty('session');
      });

      it('gives no certificate that is valid after its lease', async () => {
        for (const vm of vms) {
          const login = await open(vm, KEYS[0], { endSec: START_SEC + 7 });
          if ('certificateExpiresAtSec' in login) expect(login.certificateExpiresAtSec).toBe(START_SEC + 7);
        }
      });

      it('refuses, by a refusal that keeps the lease, a VM that it can open no longer, or says that it is gone', async () => {
        for (const vm of vms) {
          const opening = openingOf({ ...vm, id: 'none-such' });
          const result = await provider.open(opening).catch((error: unknown) => error as AccessUnavailable);
          if (isRefusal(result)) expect(result).toBeInstanceOf(AccessUnavailable);
          else if ('unready' in result) expect(result.unready).toMatchObject({ status: 'gone' });
          // A mock VM opens nothing, so that it may open to anybody.
          else expect(result.login).toMatchObject({ privateKey: expect.stringContaining('opens nothing') });
        }
      });

      interface Wish {
        readonly endSec?: number;
        readonly isLook?: boolean;
      }

      async function open(vm: Vm, sshPublicKey?: string, wish: Wish = {}): Promise<Login> {
        const opening = openingOf(await checkedOnce(vm), wish);
        return loginOf(await provider.open({ ...opening, sshPublicKey }));
      }

      function openingOf(vm: Vm, { endSec = START_SEC + 3_600, isLook = false }: Wish = {}): Opening {
        const times = { acquiredAtSec: START_SEC, expiresAtSec: endSec };
        return { vm, lease: { id: 'l-1', userId: 'alice', vmId: vm.id, ...times }, askedAtMs: START_MS, isLook };
      }
    });

    describe('check', () => {
      it('passes VMs that are well', async () => {
        for (const vm of vms) {
          const { signal } = new AbortController();
          expect(await provider.check(checkingStatus(vm), { signal })).toMatchObject({ passed: true });
        }
      });

      it('passes again what it has passed, and learns nothing new', async () => {
        for (const vm of vms) {
          const { signal } = new AbortController();
          expect(await provider.check(checkingStatus(await checkedOnce(vm)), { signal })).toEqual({ passed: true });
        }
      });

      it('ends when nobody waits any longer, even if the VM says nothing', async () => {
        world.silenceVms();
        for (const vm of vms) {
          const stop = new AbortController();
          const check = provider.check(checkingStatus(vm), { signal: stop.signal }).catch((error: unknown) => error);
          stop.abort(new Error('nobody waits'));
          const found = await check;
          if (!(found instanceof Error)) expect(found).toEqual({ passed: true });
          else expect(found.message).toBe('nobody waits');
        }
      });

      it('has a verdict on a VM that it does not have: it passes, fails or must wait', async () => {
        const [vm] = vms;
        if (vm === undefined) throw new Error('there is no VM');
        const { signal } = new AbortController();
        const verdict = await provider.check(checkingStatus({ ...vm, id: 'none-such' }), { signal });
        if ('waitingFor' in verdict) expect(verdict).toMatchObject({ againInSec: expect.any(Number) });
        else if (!verdict.passed) expect(verdict).toEqual({ passed: false, reason: expect.any(String) });
        else expect(verdict).toEqual({ passed: true });
      });
    });

    /** The VM with the host keys that its first check has learnt, as the store keeps it. */
    async function checkedOnce(vm: Vm): Promise<Vm> {
      const verdict = await provider.check(checkingStatus(vm), { signal: new AbortController().signal });
      return 'hostKeys' in verdict ? { ...vm, hostKeys: verdict.hostKeys } : vm;
    }
  });
}
