import { describe, expect, it } from '@jest/globals';
import { defined } from '../../../lambda/pool/defined.ts';

interface Exact {
  readonly id: string;
  readonly reason?: string;
}

describe('defined', () => {
  it('drops members that are undefined and keeps the order of the others', () => {
    const found = defined({ id: 'vm-01', reason: undefined, cursor: 'next', at: undefined, last: 1 });
    expect(Object.entries(found)).toEqual([
      ['id', 'vm-01'],
      ['cursor', 'next'],
      ['last', 1],
    ]);
  });

  it.each([null, false, 0, ''])('keeps a member that is %j', (value) => {
    expect(defined({ value })).toStrictEqual({ value });
  });

  it('fits a type whose optional members are never undefined', () => {
    const optional = (reason?: string): Exact => defined({ id: 'vm-01', reason });
    expect(optional()).toStrictEqual({ id: 'vm-01' });
    expect(optional('new disk')).toStrictEqual({ id: 'vm-01', reason: 'new disk' });
  });

  it('leaves the object unchanged that it is given', () => {
    const members = Object.freeze({ id: 'vm-01', reason: undefined });
    expect(defined(members)).not.toBe(members);
    expect(members).toStrictEqual({ id: 'vm-01', reason: undefined });
  });
});
