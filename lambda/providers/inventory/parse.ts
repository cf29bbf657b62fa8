import * as v from 'valibot';
import type { InventoryDocument } from './document.ts';
import { inventoryDocument } from './document.ts';
import type { Fault } from './fault.ts';
import { InventoryInvalid } from './fault.ts';
import { faultsOfJson } from './json.ts';
import { disagreements, placeName, soundParts } from './rules.ts';

/** Largest inventory, characters. 10,000 VMs take 2 million. */
const LONGEST = 8_000_000;

/**
 * Reads the text of an inventory.
 * @param hasEc2 - whether this service finds EC2 instances
 * @throws {@link InventoryInvalid} that names every fault with its place
 */
export function parseInventory(text: string, hasEc2 = true): InventoryDocument {
  const read = valueOf(text);
  const { output, issues = [] } = v.safeParse(inventoryDocument, read, { abortPipeEarly: true });
  const own = [...issues.map(faultOf), ...listFaults(read)];
  const faults = [...own, ...disagreements(soundParts(output, own), hasEc2)];
  if (faults.length > 0) throw new InventoryInvalid(faults.map(({ place, what }) => `${placeName(place)} ${what}`));
  return output as InventoryDocument;
}

/** The SHA-256 of a text in UTF-8, as `sha256sum` prints it. */
export function sha256Of(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}

function valueOf(text: string): unknown {
  if (text.length > LONGEST) throw new InventoryInvalid([`the inventory must be at most ${LONGEST} characters long`]);
  // Some editors begin a file with a byte-order mark.
  const json = text.replace(/^\uFEFF/, '');
  const faults = faultsOfJson(json);
  if (faults.length > 0) throw new InventoryInvalid(faults);
  return JSON.parse(json);
}

/** valibot takes a list for an object whose names are 0, 1, 2. */
function listFaults(read: unknown): Fault[] {
  const { pools } = (read ?? {}) as { pools?: unknown };
  return Array.isArray(pools) ? [{ place: ['pools'], what: 'must be an object with a pool for each name' }] : [];
}

function faultOf({ path, message }: v.BaseIssue<unknown>): Fault {
  const place = (path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  return { place, what: message };
}
