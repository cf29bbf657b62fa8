/** A provider over an inventory, with everything around it in memory. */
import type { CertificateWish, Login } from '../../../lambda/pool/access.ts';
import type { Verdict } from '../../../lambda/pool/life.ts';
import type { Opening } from '../../../lambda/pool/provider.ts';
import type { Visit, VisitReport } from '../../../lambda/pool/visit.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { KnownInventory } from '../../../lambda/providers/inventory/known.ts';
import { sha256Of } from '../../../lambda/providers/inventory/parse.ts';
import type { ReadInventory } from '../../../lambda/providers/inventory/source.ts';
import { InventorySource } from '../../../lambda/providers/inventory/source.ts';
import { StaticProvider } from '../../../lambda/providers/static/provider.ts';
import { loginOf } from '../pool/login.ts';

/** When the tests of the provider begin, UTC epoch milliseconds. */
export const START_MS = 1_800_000_000_500;
export const START_SEC = 1_800_000_000;

/** Keys that must show up in a login and nowhere else. */
export const STORED_KEY = 'marked-stored-key-4f1d';
export const MADE_KEY = 'marked-made-key-9c2b';

/** What a test may change. */
export interface World {
  nowMs: number;
  text: string;
  /** What reading the inventory does, if it is not {@link text}. */
  read: ReadInventory | undefined;
  reads: number;
  /** What the authority throws. */
  authorityFault: Error | undefined;
  beforeCertificate: () => void;
  readonly wishes: CertificateWish[];
  report: VisitReport | Error | ((visit: Visit) => Promise<VisitReport> | VisitReport);
  readonly visits: Visit[];
  readonly provider: StaticProvider;
}

/** What {@link staticWorld} may be told. */
export interface WorldOptions {
  readonly confirmedInventory?: string;
  readonly hasKeys?: boolean;
}

/** A world whose clock stands and whose visits report that all is well. */
export function staticWorld(text: string, { confirmedInventory, hasKeys = true }: WorldOptions = {}): World {
  const clock = () => world.nowMs;
  const source = new InventorySource((etag) => readAs(world, etag), clock, { hasEc2: false, limitMs: 50 });
  const authority = {
    publicKeys: ['ssh-ed25519 AAAA'],
    certify: async (wish: CertificateWish) => certify(world, wish),
  };
  const storedKeys = { read: async (place: string) => `${STORED_KEY} of ${place}` };
  const visitor = async (visit: Visit) => report(world, visit);
  const keys = hasKeys ? { authority, storedKeys } : { authority: undefined, storedKeys: undefined };
  const defaults = { lease: { defaultMinutes: 480, maxMinutes: 10_080 }, checkLimitSec: 5 };
  const known = new KnownInventory(source, { confirmedInventory, defaults });
  const provider = new StaticProvider({ source, known, keys, visitor, clock });
  const world: World = {
    nowMs: START_MS,
    text,
    read: undefined,
    reads: 0,
    authorityFault: undefined,
    beforeCertificate: () => undefined,
    wishes: [],
    report: allIsWell,
    visits: [],
    provider,
  };
  return world;
}

/** What a right VM reports, whatever it is asked. */
export function allIsWell({ login }: Visit): VisitReport {
  const [verb = '', serial = ''] = login?.command.split(' ') ?? [];
  if (login === undefined) return { ok: true };
  const answer = verb === 'clean' ? `ok clean ${serial}` : 'ok check';
  return { ok: true, exitStatus: 0, output: `clock ${Math.floor(Number(serial) / 1000)}\n${answer}\n` };
}

/** The VM with that id, as the inventory has it now. */
export async function vmOf({ provider }: Pick<World, 'provider'>, id: string): Promise<Vm> {
  const vm = (await provider.inventory()).vms.find((each) => each.id === id);
  if (vm === undefined) throw new Error(`the inventory has no ${id}`);
  return vm;
}

/** The VM's status while it is checked. */
export function checkingStatus(vm: Vm): VmStatus {
  return { vm, state: 'checking', version: 1, failures: 0, draining: false, retired: false };
}

/** The verdict on the VM with that id. */
export async function verdictOn(world: World, id: string, signal = new AbortController().signal): Promise<Verdict> {
  return world.provider.check(checkingStatus(await vmOf(world, id)), { signal });
}

/** The login of a lease of an hour, with these parts of the wish changed. */
export async function loginTo(world: World, id: string, changes: Partial<Opening> = {}): Promise<Login> {
  const vm = await vmOf(world, id);
  const times = { acquiredAtSec: START_SEC, expiresAtSec: START_SEC + 3_600 };
  const lease = { id: 'l-1', userId: 'alice', vmId: id, ...times };
  return loginOf(await world.provider.open({ vm, lease, askedAtMs: world.nowMs, ...changes }));
}

async function readAs(world: World, etag: string | undefined) {
  world.reads++;
  if (world.read !== undefined) return world.read(etag);
  const { text } = world;
  return sha256Of(text) === etag ? 'not-modified' : { etag: sha256Of(text), text };
}

function certify(world: World, wish: CertificateWish) {
  if (world.authorityFault !== undefined) throw world.authorityFault;
  world.beforeCertificate();
  world.wishes.push(wish);
  const certificate = `ssh-ed25519-cert-v01@openssh.com ${wish.principal}`;
  return wish.publicKey === undefined ? { certificate, privateKey: MADE_KEY } : { certificate };
}

async function report({ report: found, visits }: World, visit: Visit): Promise<VisitReport> {
  visits.push(visit);
  if (found instanceof Error) throw found;
  return typeof found === 'function' ? found(visit) : found;
}
