import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultsOfJson } from '../../../lambda/providers/inventory/json.ts';

describe('faultsOfJson', () => {
  it.each([
    { rule: 'a value is missing', text: '{"a": }', fault: 'line 1, column 7: expected a value' },
    {
      rule: 'a comma is missing',
      text: '{\n  "a": 1\n  "b": 2\n}',
      fault: 'line 3, column 3: expected a comma or the end of the list or object',
    },
    { rule: 'a comma is too many', text: '{"a": 1,}', fault: 'line 1, column 9: expected a name in double quotes' },
    {
      rule: 'a list ends as an object',
      text: '[1}',
      fault: 'line 1, column 3: expected a comma or the end of the list or object',
    },
    { rule: 'the text ends too early', text: '{"a": [\n', fault: 'line 2, column 1: expected a value or ]' },
    { rule: 'the text goes on', text: '{} {}', fault: 'line 1, column 4: expected nothing more' },
    {
      rule: 'there is a comment',
      text: '{ // VMs\n}',
      fault: 'line 1, column 3: expected a name in double quotes or }',
    },
    { rule: 'there is nothing', text: '', fault: 'line 1, column 1: expected a value' },
    {
      rule: 'a name comes twice',
      text: '{"a": 1,\n "\\u0061": 2}',
      fault: 'line 2, column 2: the name "\\u0061" comes twice in one object',
    },
    {
      rule: 'a name would be lost',
      text: '{"__proto__": 1}',
      fault: `line 1, column 2: the name __proto__ can't be used here`,
    },
  ])('says where $rule', ({ text, fault }) => {
    expect(faultsOfJson(text)).toEqual([fault]);
  });

  it('lets different objects have the same names', () => {
    expect(faultsOfJson('[{"a": {"a": 1}}, {"a": 2}]')).toEqual([]);
  });

  it('names every double, and none in a way that a terminal would obey', () => {
    const faults = faultsOfJson('{"a":1,"a":2,"\u009b2J":1,"\u009b2J":2}');
    expect(faults).toEqual([
      'line 1, column 8: the name "a" comes twice in one object',
      'line 1, column 22: the name "?2J" comes twice in one object',
    ]);
  });

  it('copes with any depth and length', () => {
    expect(faultsOfJson('['.repeat(1_000_000))).toHaveLength(1);
    for (const part of ['a', '\\n']) {
      expect(faultsOfJson(`"${part.repeat(1_000_000)}"`)).toEqual([]);
      expect(faultsOfJson(`"${part.repeat(1_000_000)}`)).toEqual(['line 1, column 1: expected a value']);
    }
  });

  it('finds a text wrong exactly when JSON.parse does, if no name comes twice', () => {
    const broken = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '0', '-', '.', 'e', '\\', ' ', '\n'),
      )
      .map(([json, at, mark]) => {
        const cut = at % (json.length + 1);
        return at % 2 === 0 ? json.slice(0, cut) + mark + json.slice(cut) : json.slice(0, cut) + json.slice(cut + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken, fc.string()), (text) => {
        const isWrong = faultsOfJson(text).some((fault) => fault.includes(': expected '));
        expect(isWrong).toBe(!isJson(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
