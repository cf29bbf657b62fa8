/** What borrowers do, and what the model says of it. */
import { expect } from '@jest/globals';
import { LIMITS } from '../../support/pool/lending.ts';
import type { Command } from './command.ts';
import { command, refusalOf } from './command.ts';
import type { Model } from './model.ts';
import { expectTerm } from './power.ts';

export function acquire(userId: string, minutes: number, key: string | undefined): Command {
  return command(`acquire(${userId}, ${String(minutes)}, ${String(key)})`, async (model, { lending }) => {
    const call = lending.acquire({ userId, minutes, idempotencyKey: key }, 'r-1');
    const known = model.keyOf(userId, key);
    if (known !== undefined) {
      const isLive = model.liveLease(userId)?.id === known.leaseId;
      if (known.minutes !== minutes) expect(await refusalOf(call)).toBe('idempotency_key_reused');
      else if (!isLive) expect(await refusalOf(call)).toBe('idempotency_key_spent');
      else {
        expect((await call).lease.id).toBe(known.leaseId);
        model.look(userId);
      }
      return;
    }
    if (model.liveLease(userId) !== undefined) {
      expect(await refusalOf(call)).toBe('already_allocated');
      return;
    }
    model.endLease(userId);
    if (model.vmsIn('free').length === 0) model.tidy();
    const free = model.next();
    if (free.length === 0) {
      expect(await refusalOf(call)).toBe('pool_empty');
      return;
    }
    const { vm, lease, ...answer } = await call;
    expect(free).toContain(vm.id);
    expectTerm(model, lease, minutes * 60);
    model.lend(userId, lease, { key, minutes });
    expect('login' in answer ? 'ready' : 'starting').toBe(model.look(userId));
  });
}

export function connect(userId: string): Command {
  return command(`connect(${userId})`, async (model, { lending }) => {
    const call = lending.connect({ userId }, 'r-6');
    if (model.liveLease(userId) === undefined) {
      expect(await refusalOf(call)).toBe('no_lease');
      return;
    }
    const isReady = model.look(userId) === 'ready';
    expect('login' in (await call)).toBe(isReady);
  });
}

/** Calls may name no lease, the current one, one released earlier, or one that never existed. */
export type Naming = 'none' | 'current' | 'released' | 'wrong';

function leaseIdOf(model: Model, userId: string, naming: Naming): string | undefined {
  if (naming === 'current') return model.leases.get(userId)?.id;
  if (naming === 'released') return model.released.get(userId);
  return naming === 'wrong' ? 'no-such-lease' : undefined;
}

function expectedRefusal(model: Model, userId: string, leaseId: string | undefined): string | undefined {
  const lease = model.liveLease(userId);
  if (lease === undefined) return 'no_lease';
  return leaseId !== undefined && leaseId !== lease.id ? 'lease_superseded' : undefined;
}

export function release(userId: string, naming: Naming): Command {
  return command(`release(${userId}, ${naming})`, async (model, { lending }) => {
    const leaseId = leaseIdOf(model, userId, naming);
    const call = lending.release({ userId, leaseId }, 'r-2');
    if (leaseId !== undefined && leaseId === model.released.get(userId)) {
      const { vm, state } = await call;
      // A repeated release also runs a check that is still due.
      model.checkIfDue(vm.id);
      expect(state).toBe(model.vm(vm.id).state);
      return;
    }
    const refusal = expectedRefusal(model, userId, leaseId);
    if (refusal !== undefined) {
      expect(await refusalOf(call)).toBe(refusal);
      return;
    }
    const { vm, state } = await call;
    model.released.set(userId, model.leases.get(userId)?.id ?? '');
    model.endLease(userId);
    model.checkIfDue(vm.id);
    expect(state).toBe(model.vm(vm.id).state);
  });
}

export function renew(userId: string, naming: Naming, minutes: number): Command {
  return command(`renew(${userId}, ${naming}, ${String(minutes)})`, async (model, { lending }) => {
    const leaseId = leaseIdOf(model, userId, naming);
    const call = lending.renew({ userId, leaseId, minutes }, 'r-3');
    const refusal = expectedRefusal(model, userId, leaseId);
    const lease = model.leases.get(userId);
    if (refusal !== undefined || lease === undefined) {
      expect(await refusalOf(call)).toBe(refusal);
      return;
    }
    const { startingTtlSec } = lease;
    if (startingTtlSec !== undefined) {
      const longerSec = Math.max(startingTtlSec, minutes * 60);
      const expiresAtSec = lease.expiresAtSec + longerSec - startingTtlSec;
      expect((await call).expiresAtSec).toBe(expiresAtSec);
      model.hold(userId, { ...lease, expiresAtSec, startingTtlSec: longerSec });
      return;
    }
    const wantedSec = model.nowSec + minutes * 60;
    if (wantedSec > lease.acquiredAtSec + LIMITS.maxMinutes * 60) {
      expect(await refusalOf(call)).toBe('lease_too_long');
      return;
    }
    const expiresAtSec = Math.max(wantedSec, lease.expiresAtSec);
    expect((await call).expiresAtSec).toBe(expiresAtSec);
    model.hold(userId, { ...lease, expiresAtSec });
  });
}
