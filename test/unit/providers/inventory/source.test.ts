import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InventoryInvalid } from '../../../../lambda/providers/inventory/fault.ts';
import { inventoryFile } from '../../../../lambda/providers/inventory/file.ts';
import { parseInventory } from '../../../../lambda/providers/inventory/parse.ts';
import type { ReadInventory } from '../../../../lambda/providers/inventory/source.ts';
import { InventorySource } from '../../../../lambda/providers/inventory/source.ts';
import { inventoryText, vmEntry } from '../../../support/providers/inventory.ts';

const ONE = inventoryText([vmEntry()]);
const TWO = inventoryText([vmEntry(), vmEntry({ id: 'vm-02', address: '192.0.2.12' })]);

/** A source whose text, faults and clock a test owns. */
function sourceOf(first: string | Error) {
  const world = { found: first, nowMs: 1_000_000, etags: [] as (string | undefined)[] };
  const read: ReadInventory = async (etag) => {
    world.etags.push(etag);
    const { found } = world;
    if (found instanceof Error) throw found;
    return found === etag ? 'not-modified' : { etag: found, text: found };
  };
  return { world, source: new InventorySource(read, () => world.nowMs, { hasEc2: false }) };
}

function ids({ current }: InventorySource): string[] | undefined {
  return current?.document.vms.map(({ id }) => id);
}

describe('InventorySource', () => {
  it('knows nothing before the first read', () => {
    const { source } = sourceOf(ONE);
    expect([source.current, source.fault]).toEqual([undefined, undefined]);
  });

  it('waits for the read that has begun, instead of another one', async () => {
    const { world, source } = sourceOf(ONE);
    source.begin();
    await Promise.all([source.read(), source.read()]);
    expect(ids(source)).toEqual(['vm-01']);
    expect(world.etags).toEqual([undefined]);
    await source.read();
    expect(world.etags).toEqual([undefined, ONE]);
  });

  it('says at the next read why the one that has begun failed', async () => {
    const { source } = sourceOf(new Error('no such bucket'));
    source.begin();
    await source.read();
    expect(source.fault?.message).toContain('no such bucket');
  });

  it('reads again what is older than 60 s, and only if it has changed', async () => {
    const { world, source } = sourceOf(ONE);
    for (const afterMs of [0, 0, 59_999, 1]) {
      world.nowMs += afterMs;
      await source.refresh();
    }
    expect(world.etags).toEqual([undefined, ONE]);
    const before = source.current;
    world.found = TWO;
    world.nowMs += 60_000;
    await source.refresh();
    expect(before?.document.vms).toHaveLength(1);
    expect(ids(source)).toEqual(['vm-01', 'vm-02']);
  });

  it('keeps the very same inventory while the text is the same', async () => {
    const { source } = sourceOf(ONE);
    await source.read();
    const before = source.current;
    await source.read();
    expect(source.current).toBe(before);
  });

  it('reads once for all who wait', async () => {
    const { world, source } = sourceOf(ONE);
    await Promise.all([source.read(), source.refresh(), source.read(), source.refresh()]);
    expect(world.etags).toHaveLength(1);
  });

  it('keeps the last good inventory while the newest is invalid, with the fault', async () => {
    const { world, source } = sourceOf(ONE);
    await source.read();
    world.found = '{}';
    for (const read of [1, 2]) {
      await source.read();
      expect({ read, ids: ids(source), fault: source.fault }).toEqual({
        read,
        ids: ['vm-01'],
        fault: expect.any(InventoryInvalid),
      });
    }
    // The invalid text is not sent again.
    expect(world.etags.at(-1)).toBe('{}');
    world.found = TWO;
    await source.read();
    expect([ids(source), source.fault]).toEqual([['vm-01', 'vm-02'], undefined]);
  });

  it('refuses EC2 pools where the service finds no instances, with what to do about it', async () => {
    const pool = { access: 'certificate', check: 'host-key', reset: 'none', ec2: { username: 'ubuntu' } };
    const text = inventoryText([], { lab: pool });
    for (const hasEc2 of [false, true]) {
      const source = new InventorySource(
        async () => Promise.resolve({ etag: '1', text }),
        () => 0,
        { hasEc2 },
      );
      await source.read();
      if (hasEc2) expect(source.fault).toBeUndefined();
      else expect(source.fault?.message).toMatch(/pools[.]lab[.]ec2 needs vm_provider = "ec2" [(]PROVIDER=ec2[)]/);
    }
  });

  it('is well again when the inventory is the last good one again', async () => {
    const { world, source } = sourceOf(ONE);
    for (const found of [ONE, '{}', ONE]) {
      world.found = found;
      await source.read();
    }
    expect(source.fault).toBeUndefined();
  });

  it('keeps the last good inventory while none can be read, and says why', async () => {
    const { world, source } = sourceOf(ONE);
    await source.read();
    world.found = new Error('s3 answered 403 AccessDenied');
    await source.read();
    expect(ids(source)).toEqual(['vm-01']);
    expect(source.fault).toEqual(new Error("the inventory can't be read: s3 answered 403 AccessDenied"));
    world.found = ONE;
    await source.read();
    expect(source.fault).toBeUndefined();
  });

  it('still has the fault of an invalid text when a read in between has failed', async () => {
    const { world, source } = sourceOf('{}');
    for (const found of ['{}', new Error('no answer'), '{}']) {
      world.found = found;
      await source.read();
    }
    expect(source.fault).toBeInstanceOf(InventoryInvalid);
  });

  it('tries again 10 s after a read that failed, and not with every request', async () => {
    const { world, source } = sourceOf(new Error('no answer'));
    for (const afterMs of [0, 0, 9_999, 1, 0]) {
      world.nowMs += afterMs;
      await source.refresh();
    }
    expect(world.etags).toHaveLength(2);
  });

  it('gives up a read that takes too long, and can read again', async () => {
    let reads = 0;
    const read: ReadInventory = async () => {
      reads++;
      return reads === 1 ? new Promise(() => undefined) : { etag: '1', text: ONE };
    };
    const source = new InventorySource(read, () => 0, { hasEc2: false, limitMs: 20 });
    await source.read();
    expect(source.fault).toEqual(new Error("the inventory can't be read: no answer within 0.02 s"));
    await source.read();
    expect(ids(source)).toEqual(['vm-01']);
  });

  it('always knows the last text that was right, whatever came since', async () => {
    const found = fc.oneof(fc.constantFrom(ONE, TWO), fc.json(), fc.string(), fc.constant(new Error('no answer')));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(found, fc.nat(100_000))), async (steps) => {
        const { world, source } = sourceOf(ONE);
        let right: string | undefined;
        for (const [next, afterMs] of steps) {
          world.found = next;
          world.nowMs += afterMs;
          const reads = world.etags.length;
          await source.refresh();
          if (world.etags.length > reads && typeof next === 'string' && isRight(next)) right = next;
          expect(ids(source)).toEqual(right === undefined ? undefined : parseInventory(right).vms.map(({ id }) => id));
        }
      }),
    );
  });
});

function isRight(text: string): boolean {
  try {
    parseInventory(text);
    return true;
  } catch {
    return false;
  }
}

describe('inventoryFile', () => {
  it('reads a file when its text has changed', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'inventory-'));
    try {
      const file = path.join(folder, 'vms.json');
      const read = inventoryFile(file);
      await expect(read()).rejects.toThrow(/ENOENT/);
      writeFileSync(file, ONE);
      const found = await read();
      if (found === 'not-modified') throw new Error('it was never read before');
      expect(found.text).toBe(ONE);
      expect(await read(found.etag)).toBe('not-modified');
      writeFileSync(file, TWO);
      expect(await read(found.etag)).toMatchObject({ text: TWO });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
