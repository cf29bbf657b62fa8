/** A provider of EC2 instances, with everything around it in memory. */
import type { InstanceConnect, KeyToPush } from '../../../lambda/aws/ec2-instance-connect.ts';
import { AwsError } from '../../../lambda/aws/error.ts';
import type { Sessions } from '../../../lambda/aws/sessions.ts';
import type { CertificateWish } from '../../../lambda/pool/access.ts';
import type { Verdict } from '../../../lambda/pool/life.ts';
import type { Opened, Opening } from '../../../lambda/pool/provider.ts';
import type { Visit, VisitReport } from '../../../lambda/pool/visit.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { confirmationOf } from '../../../lambda/providers/ec2/confirmation.ts';
import { Instances } from '../../../lambda/providers/ec2/instances.ts';
import { Ec2Provider } from '../../../lambda/providers/ec2/provider.ts';
import { KnownInventory } from '../../../lambda/providers/inventory/known.ts';
import { sha256Of } from '../../../lambda/providers/inventory/parse.ts';
import type { ReadInventory } from '../../../lambda/providers/inventory/source.ts';
import { InventorySource } from '../../../lambda/providers/inventory/source.ts';
import { StaticProvider } from '../../../lambda/providers/static/provider.ts';
import type { FakeInstance } from './fake-ec2.ts';
import { FakeEc2 } from './fake-ec2.ts';
import { checkingStatus, MADE_KEY, START_MS, START_SEC } from './static-world.ts';

/** Tags of the instances. */
export const TAGS = { pool: 'vm-pool:pool', port: 'vm-pool:port', user: 'vm-pool:user' };

/** What must show up in a login and nowhere else. */
export const SESSION_TOKEN = 'marked-session-token-71ab';

/** What a test may change. */
export interface Ec2World {
  nowMs: number;
  text: string;
  /** What reading the inventory does, if it is not {@link text}. */
  read: ReadInventory | undefined;
  readonly ec2: FakeEc2;
  readonly pushed: KeyToPush[];
  /** Instances by the sessions that have not ended. */
  readonly sessions: Map<string, string>;
  /** Sessions that stay active whatever is asked for. */
  readonly stubborn: Set<string>;
  readonly wishes: CertificateWish[];
  readonly visits: Visit[];
  /** What the visitor does instead of a visit. */
  visit: ((visit: Visit) => Promise<VisitReport>) | undefined;
  /** Whether the cleaners are of a release that does not say how long the VM is up. */
  areCleanersOld: boolean;
  /** Errors that the next calls throw, one each. */
  readonly accessFaults: AwsError[];
  readonly provider: Ec2Provider;
}

/** A world without instances. */
export function ec2World(text: string, confirmedInventory?: string): Ec2World {
  const clock = () => world.nowMs;
  const ec2 = new FakeEc2(clock);
  const instances = new Instances(ec2, TAGS, clock);
  const source = new InventorySource((etag) => readAs(world, etag), clock, { hasEc2: true, limitMs: 50 });
  const defaults = { lease: { defaultMinutes: 480, maxMinutes: 10_080 }, checkLimitSec: 5 };
  const search = { found: () => instances.last?.vms, nameOf: confirmationOf };
  const known = new KnownInventory(source, { confirmedInventory, defaults, search });
  const authority = {
    publicKeys: ['ssh-ed25519 AAAA'],
    certify: async (wish: CertificateWish) => certify(world, wish),
  };
  const keys = { authority, storedKeys: undefined };
  const visitor = async (visit: Visit) => visited(world, visit);
  const listed = new StaticProvider({ source, known, keys, visitor, clock });
  const access = { instanceConnect: fakeInstanceConnect(() => world), sessions: fakeSessions(() => world) };
  const ports = { known, instances, listed, ec2, keys, visitor, clock, region: 'eu-central-1', ...access };
  const world: Ec2World = {
    nowMs: START_MS,
    text,
    read: undefined,
    ec2,
    pushed: [],
    sessions: new Map(),
    stubborn: new Set(),
    wishes: [],
    visits: [],
    visit: undefined,
    areCleanersOld: false,
    accessFaults: [],
    provider: new Ec2Provider(ports),
  };
  return world;
}

/** The VM of an instance, as the inventory has it now. */
export async function vmIn({ provider }: Ec2World, id: string): Promise<Vm> {
  const vm = (await provider.inventory()).vms.find((each) => each.id === id);
  if (vm === undefined) throw new Error(`the inventory has no ${id}`);
  return vm;
}

/** What came of the wish to log in with a lease of an hour, with these parts of it changed. */
export async function opened(world: Ec2World, vm: Vm, changes: Partial<Opening> = {}): Promise<Opened> {
  const times = { acquiredAtSec: START_SEC, expiresAtSec: START_SEC + 3_600 };
  const lease = { id: 'l-1', userId: 'alice', vmId: vm.id, ...times };
  return world.provider.open({ vm, lease, askedAtMs: world.nowMs, ...changes });
}

/** The verdict on a VM with that status. */
export async function checked(world: Ec2World, status: Partial<VmStatus> & Pick<VmStatus, 'vm'>): Promise<Verdict> {
  const { signal } = new AbortController();
  return world.provider.check({ ...checkingStatus(status.vm), ...status }, { signal });
}

async function readAs(world: Ec2World, etag: string | undefined) {
  if (world.read !== undefined) return world.read(etag);
  const { text } = world;
  return sha256Of(text) === etag ? 'not-modified' : { etag: sha256Of(text), text };
}

function certify({ wishes }: Ec2World, wish: CertificateWish) {
  wishes.push(wish);
  const certificate = `ssh-ed25519-cert-v01@openssh.com ${wish.principal}`;
  return wish.publicKey === undefined ? { certificate, privateKey: MADE_KEY } : { certificate };
}

function fakeInstanceConnect(world: () => Ec2World): InstanceConnect {
  return {
    send: async (key) => {
      failOnWish(world());
      if (world().ec2.get(key.instanceId).state !== 'running') {
        throw new AwsError('ec2-instance-connect', 'EC2InstanceStateInvalidException', 400);
      }
      world().pushed.push(key);
      return Promise.resolve();
    },
  };
}

function fakeSessions(world: () => Ec2World): Sessions {
  let count = 0;
  return {
    start: async (instanceId) => {
      failOnWish(world());
      if (world().ec2.get(instanceId).state !== 'running') throw new AwsError('ssm', 'TargetNotConnected', 400);
      const sessionId = `service-${++count}`;
      world().sessions.set(sessionId, instanceId);
      return Promise.resolve({ sessionId, streamUrl: `wss://ssmmessages/${sessionId}`, tokenValue: SESSION_TOKEN });
    },
    active: async (instanceId) => {
      failOnWish(world());
      return Promise.resolve([...world().sessions].filter(([, of]) => of === instanceId).map(([id]) => id));
    },
    terminate: async (sessionId) => {
      failOnWish(world());
      if (!world().stubborn.has(sessionId)) world().sessions.delete(sessionId);
      return Promise.resolve();
    },
  };
}

function failOnWish({ accessFaults }: Ec2World): void {
  const fault = accessFaults.shift();
  if (fault !== undefined) throw fault;
}

async function visited(world: Ec2World, visit: Visit): Promise<VisitReport> {
  world.visits.push(visit);
  if (world.visit !== undefined) return world.visit(visit);
  const instance = [...world.ec2.instances.values()].find(({ ip }) => ip === visit.vm.ip);
  // VMs that the inventory lists are always well.
  if (instance === undefined) return reportOf(world, visit, world.nowMs - 3_600_000);
  if (!world.ec2.hasSsh(instance)) return { ok: false, reason: "can't be reached: ECONNREFUSED" };
  const [shown = ''] = instance.hostKeys;
  const isRight = visit.kind === 'banner' || instance.hostKeys.some((key) => visit.hostKeys.includes(key));
  if (!isRight) return { ok: false, reason: 'wrong host key', wrongHostKey: shown };
  if (visit.login?.command.startsWith('clean') === true) clean(instance);
  return reportOf(world, visit, instance.bootedAtMs);
}

/** The cleaner leaves what runs in the kernel until the next boot. */
function clean(instance: FakeInstance): void {
  instance.traces = instance.traces.filter((trace) => trace !== 'files');
}

function reportOf({ nowMs, areCleanersOld }: Ec2World, { login }: Visit, bootedAtMs: number): VisitReport {
  if (login === undefined) return { ok: true };
  const [verb = '', serial = ''] = login.command.split(' ');
  const answer = verb === 'clean' ? `ok clean ${serial}` : 'ok check';
  const up = areCleanersOld ? [] : [`up ${Math.floor((nowMs - bootedAtMs) / 1000)}`];
  return { ok: true, exitStatus: 0, output: [`clock ${Math.floor(nowMs / 1000)}`, ...up, answer, ''].join('\n') };
}
