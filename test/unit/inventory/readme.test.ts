/** The inventories that the README shows can be copied: the service takes them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseInventory } from '../../../lambda/providers/inventory/parse.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const blocks = [...README.matchAll(/```json\n([^]*?)```|<<'END'\n({[^]*?})\nEND/g)].map(
  ([, json = '', here = '']) => json + here,
);
const whole = blocks.filter((text) => text.includes('"pools"'));
const parts = blocks.filter((text) => text.startsWith('"ec2"'));

describe('an inventory of the README', () => {
  it.each(whole)('%s', (text) => {
    expect(Object.keys(parseInventory(text).pools)).toEqual(['default']);
  });

  it.each(parts)('has a part %s', (text) => {
    const pool = `"access": "certificate", "check": "command", "reset": "reboot", ${text}`;
    expect(parseInventory(`{ "pools": { "default": { ${pool} } } }`).pools.default?.ec2).toBeDefined();
  });

  it('is there for listed machines and for EC2 instances', () => {
    expect([whole.length, parts.length]).toEqual([2, 1]);
  });
});
