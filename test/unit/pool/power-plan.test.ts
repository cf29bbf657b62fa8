import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { powerPlan } from '../../../lambda/pool/power-plan.ts';
import type { PowerState } from '../../../lambda/pool/provider.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import { someVms } from '../../support/pool/lending.ts';

const NOW_SEC = 100_000;
const IDLE_SEC = 900;

/** A free VM as the store has it, and what was found of it. */
interface Known {
  readonly stopped?: boolean;
  /** Seconds since it is free. */
  readonly freeFor?: number;
  readonly state: PowerState | 'unknown';
}

const idle: Known = { state: 'running', freeFor: 5_000 };
const busy: Known = { state: 'running', freeFor: IDLE_SEC - 1 };
const asleep: Known = { state: 'stopped', stopped: true, freeFor: 5_000 };

/** The plan for some free VMs, by their numbers from 1 on. */
function planOf(vms: readonly Known[], more: Partial<Parameters<typeof powerPlan>[0]> = {}) {
  const free = someVms(vms.length).map((vm, at): VmStatus => {
    const { stopped, freeFor = 0 } = vms[at] ?? idle;
    const kept = { version: 1, failures: 0, draining: false, retired: false };
    return { vm, state: 'free', ...kept, stopped, freeSinceSec: NOW_SEC - freeFor };
  });
  const found = free.flatMap(({ vm }, at) => {
    const { state = 'unknown' } = vms[at] ?? {};
    return state === 'unknown' ? [] : [[vm.id, state] as const];
  });
  const view = { free, states: new Map(found), coming: 0, minRunning: 0, idleSec: IDLE_SEC, nowSec: NOW_SEC, ...more };
  const { check, mark, stop } = powerPlan(view);
  const numberOf = ({ vm }: VmStatus) => Number(vm.id.slice(3));
  return {
    check: check.map(({ status, reason }) => `${String(numberOf(status))}: ${reason}`),
    mark: mark.map(numberOf),
    stop: stop.map(numberOf),
  };
}

const NOTHING = { check: [], mark: [], stop: [] };

describe('of the free VMs that run', () => {
  it('those above the number are stopped that are free for longest', () => {
    const vms = [idle, { ...idle, freeFor: 7_000 }, { ...idle, freeFor: 6_000 }];
    expect(planOf(vms, { minRunning: 1 })).toEqual({ ...NOTHING, stop: [2, 3] });
  });

  it('none is stopped that has not been free for long', () => {
    expect(planOf([busy, { ...idle, freeFor: IDLE_SEC }, busy])).toEqual({ ...NOTHING, stop: [2] });
  });

  it('none is stopped where the number is not exceeded, or there is none', () => {
    expect(planOf([idle, idle], { minRunning: 2 })).toEqual(NOTHING);
    expect(planOf([idle, idle], { minRunning: Infinity, idleSec: undefined })).toEqual(NOTHING);
  });

  it.each(['changing', 'gone', 'unknown'] as const)('one that is found %s is left alone', (state) => {
    expect(planOf([{ ...idle, state }])).toEqual(NOTHING);
  });
});

describe('of the free VMs that are stopped', () => {
  it('as many are started as are missing', () => {
    const reason = 'more free VMs are to run';
    expect(planOf([asleep, asleep, asleep, busy], { minRunning: 3 }).check).toEqual([`1: ${reason}`, `2: ${reason}`]);
  });

  it('none is started for one that will run soon', () => {
    expect(planOf([asleep, asleep], { minRunning: 2, coming: 2 })).toEqual(NOTHING);
    expect(planOf([asleep, { ...busy, state: 'changing' }], { minRunning: 1 })).toEqual(NOTHING);
  });

  it('all are started where the pool stops none', () => {
    expect(planOf([asleep, asleep], { minRunning: Infinity, idleSec: undefined }).check).toHaveLength(2);
  });
});

describe('a VM that somebody else', () => {
  it('has stopped is known to be stopped, where VMs are stopped', () => {
    expect(planOf([{ ...idle, state: 'stopped' }])).toEqual({ ...NOTHING, mark: [1] });
  });

  it('has stopped is started again, where none is', () => {
    const plan = planOf([{ ...idle, state: 'stopped' }], { minRunning: Infinity, idleSec: undefined });
    expect(plan).toEqual({ ...NOTHING, check: ['1: stopped outside of vm-pool'] });
  });

  it('has started is checked before its next user', () => {
    const plan = planOf([{ ...asleep, state: 'running' }]);
    expect(plan).toEqual({ ...NOTHING, check: ['1: started outside of vm-pool'] });
  });

  it.each([{ state: 'stopped' }, { state: 'running', stopped: true }] as const)(
    'may not have touched at all, if it is free for a moment only (%j)',
    (vm) => {
      expect(planOf([{ ...vm, freeFor: 59 }])).toEqual(NOTHING);
      expect(planOf([{ ...vm, freeFor: 60 }])).not.toEqual(NOTHING);
    },
  );
});

it('a plan never leaves fewer VMs running than it should, starts none of those it stops, and names each VM once', () => {
  const known = fc.record({
    state: fc.constantFrom('running', 'running', 'stopped', 'changing', 'gone', 'unknown'),
    stopped: fc.boolean(),
    freeFor: fc.constantFrom(0, 59, 60, 899, 900, 5_000),
  });
  const numbers = fc.record({ minRunning: fc.nat(6), coming: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(known, { maxLength: 10 }), numbers, (vms, more) => {
      const { check, mark, stop } = planOf(vms, more);
      const checked = check.map((text) => Number.parseInt(text, 10));
      const all = [...checked, ...mark, ...stop];
      expect(new Set(all).size).toBe(all.length);
      const running = vms.filter(({ state, stopped }) => state === 'running' && !stopped).length;
      if (stop.length > 0) expect(running - stop.length).toBeGreaterThanOrEqual(more.minRunning);
      for (const number of stop) expect(vms[number - 1]).toMatchObject({ state: 'running', stopped: false });
    }),
  );
});
