import { describe, expect, it } from '@jest/globals';
import { corrected, differs, fateOfMissing, isToBeChecked, isToBeMoved } from '../../../lambda/pool/sync-rules.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { someVms } from '../../support/pool/lending.ts';

const [vm] = someVms(1) as [Vm];

function status(some: Partial<VmStatus> = {}): VmStatus {
  return { vm, state: 'free', version: 1, failures: 0, draining: false, retired: false, ...some };
}

describe('fateOfMissing', () => {
  it.each([
    { rule: 'drops a VM of a listed pool at once', missingSinceSec: undefined, isPatient: false, fate: 'leaves' },
    { rule: 'notes when a search missed a VM', missingSinceSec: undefined, isPatient: true, fate: 'is missed' },
    { rule: 'waits for another look', missingSinceSec: 451, isPatient: true, fate: 'stays missed' },
    { rule: 'drops a VM that two looks missed', missingSinceSec: 450, isPatient: true, fate: 'leaves' },
  ])('$rule', ({ missingSinceSec, isPatient, fate }) => {
    expect(fateOfMissing(status({ missingSinceSec }), 500, isPatient)).toBe(fate);
  });
});

describe('differs', () => {
  it.each([
    { what: 'the same VM', some: {}, wanted: vm, answer: false },
    { what: 'another address', some: {}, wanted: { ...vm, ip: '198.51.100.7' }, answer: true },
    { what: 'a VM that had left', some: { retired: true }, wanted: vm, answer: true },
    { what: 'a VM that was missed', some: { missingSinceSec: 9 }, wanted: vm, answer: true },
    { what: 'learnt host keys', some: { vm: { ...vm, hostKeys: ['ssh-ed25519 AAAA'] } }, wanted: vm, answer: false },
  ])('is $answer for $what', ({ some, wanted, answer }) => {
    expect(differs(status(some), wanted)).toBe(answer);
  });
});

describe('corrected', () => {
  const moved = { ...vm, ip: '198.51.100.7' };

  it('keeps host keys that the service has learnt', () => {
    const learnt = { ...vm, hostKeys: ['ssh-ed25519 AAAA'] };
    expect(corrected(learnt, moved)).toEqual({ ...moved, hostKeys: learnt.hostKeys });
  });

  it('is what the inventory says otherwise', () => {
    expect(corrected(vm, moved)).toBe(moved);
  });
});

describe('isToBeMoved', () => {
  const use = { id: 'l-1', endedAtSec: 9 };

  it.each([
    { what: 'a VM that somebody has', some: { state: 'leased' }, isPatient: false, answer: true },
    { what: 'a used instance', some: { state: 'checking', use }, isPatient: true, answer: true },
    { what: 'a used VM of a list', some: { state: 'checking', use }, isPatient: false, answer: false },
    { what: 'an instance that nobody has used', some: { state: 'checking' }, isPatient: true, answer: false },
    { what: 'a used instance that is out', some: { state: 'quarantined', use }, isPatient: true, answer: false },
    { what: 'a free instance', some: {}, isPatient: true, answer: false },
  ] as const)('is $answer for $what', ({ some, isPatient, answer }) => {
    expect(isToBeMoved(status(some), { ...vm, pool: 'large' }, isPatient)).toBe(answer);
    expect(isToBeMoved(status(some), vm, isPatient)).toBe(false);
    expect(isToBeMoved(status(some), undefined, isPatient)).toBe(false);
  });
});

describe('isToBeChecked', () => {
  it.each([
    { what: 'a listed VM at another address', wanted: { ip: '198.51.100.7' }, isPatient: false, answer: true },
    { what: 'a found VM at another address', wanted: { ip: '198.51.100.7' }, isPatient: true, answer: false },
    { what: 'a found VM with another port', wanted: { port: 2222 }, isPatient: true, answer: true },
    { what: 'a found VM with another login name', wanted: { username: 'root' }, isPatient: true, answer: true },
    { what: 'a found VM in another pool', wanted: { pool: 'large' }, isPatient: true, answer: true },
    { what: 'a VM that is as it was', wanted: {}, isPatient: false, answer: false },
  ])('is $answer for $what', ({ wanted, isPatient, answer }) => {
    expect(isToBeChecked(status(), { ...vm, ...wanted }, isPatient)).toBe(answer);
  });

  it('is false for a VM that is not free', () => {
    expect(isToBeChecked(status({ state: 'leased' }), { ...vm, port: 2222 }, false)).toBe(false);
  });
});
