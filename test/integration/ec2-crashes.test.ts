import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '../../lambda/access/certificate-authority.ts';
import { createRealVms } from '../../lambda/real-vms.ts';
import type { Service } from '../../lambda/service.ts';
import { composeService } from '../../lambda/service.ts';
import { loadSettings } from '../../lambda/settings.ts';
import { createDynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { ANONYMOUS } from '../support/api/modes.ts';
import { TestDatabase } from '../support/dynamodb/database.ts';
import { Ec2Hook } from '../support/emulated-aws/ec2-hook.ts';
import { EmulatedEc2 } from '../support/emulated-aws/emulated-ec2.ts';
import { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { LastCall } from '../support/processes/lifeline.ts';
import { Lifeline } from '../support/processes/lifeline.ts';
import type { Cleaning } from '../support/vms/model-machines.ts';
import { ModelMachines } from '../support/vms/model-machines.ts';

const USERS = ['alice', 'bob'];
const MINUTE_MS = 60_000;

/** Ticks after which every VM is free again, whatever was killed. */
const MOST_TICKS = 14;

interface Scenario {
  readonly name: string;
  /** Of the one pool. */
  readonly pool: object;
  /** What must have happened to a VM between two users. */
  readonly cleanings: readonly Cleaning[];
  /** Brings the pool to where the work finds it. */
  readonly prepare: (crash: Crash) => Promise<unknown>;
  /** What is killed. */
  readonly work: (service: Service) => Promise<unknown>;
}

const lend = async ({ lending }: Service, userId = 'alice') =>
  lending.acquire({ userId, minutes: 10, sshPublicKey: undefined }, 'lend');
const release = async ({ lending }: Service) => lending.release({ userId: 'alice' }, 'release');
const tick = async (service: Service) => service.tick('killed', 20_000);

const certificates = { access: 'certificate', check: 'command', ec2: { username: 'tester' } };

/** A pool that stops its instances. */
const STOPPED_SOON = { username: 'tester', minRunning: 0, idleMinutes: 1 };

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'the first check of an instance, which learns its host keys',
    pool: { ...certificates, reset: 'none' },
    cleanings: [],
    prepare: async (crash) => crash.ticks(1),
    work: tick,
  },
  {
    name: 'a release, after which the instance reboots',
    pool: { ...certificates, reset: 'reboot' },
    cleanings: ['clean', 'boot'],
    prepare: async (crash) => crash.used(),
    work: release,
  },
  {
    name: 'the end of a reboot',
    pool: { ...certificates, reset: 'reboot' },
    cleanings: ['clean', 'boot'],
    prepare: async (crash) => crash.usedAndReturned(),
    work: tick,
  },
  {
    name: 'a replaced root volume',
    pool: { ...certificates, reset: 'replace-root-volume' },
    cleanings: ['replace'],
    prepare: async (crash) => crash.usedAndReturned(),
    work: tick,
  },
  {
    name: 'the stop of an instance that nobody needs',
    pool: { ...certificates, reset: 'none', ec2: STOPPED_SOON },
    cleanings: [],
    prepare: async (crash) => {
      await crash.untilFree();
      aheadMs += MINUTE_MS;
    },
    work: tick,
  },
  {
    name: 'the loan of a stopped instance',
    pool: { ...certificates, reset: 'none', ec2: STOPPED_SOON },
    cleanings: [],
    prepare: async (crash) => crash.untilStopped(),
    work: async (service) => lend(service),
  },
  {
    name: 'the start of an instance that is lent',
    pool: { ...certificates, reset: 'none', ec2: STOPPED_SOON },
    cleanings: [],
    prepare: async (crash) => {
      await crash.untilStopped();
      await crash.lent();
    },
    work: tick,
  },
  {
    name: 'the start of an instance that is to run',
    pool: { ...certificates, reset: 'none', ec2: STOPPED_SOON },
    cleanings: [],
    prepare: async (crash) => {
      await crash.untilStopped();
      await crash.write({ ...certificates, reset: 'none', ec2: { ...STOPPED_SOON, minRunning: 1 } });
    },
    work: tick,
  },
  {
    name: 'the end of a session',
    pool: { access: 'session-manager', check: 'none', reset: 'none', ec2: { username: 'tester' } },
    cleanings: [],
    prepare: async (crash) => crash.used(),
    work: release,
  },
];

let aws: EmulatedAws;
let ec2: EmulatedEc2;
let hook: Ec2Hook;
let machines: ModelMachines;
let database: TestDatabase;
let folder: string;
let kills = 0;
const lifelines: Lifeline[] = [];
/** What killed processes still try. */
const abandoned: Promise<unknown>[] = [];
/** How much later it is for the service, milliseconds. */
let aheadMs = 0;
const clock = () => Date.now() + aheadMs;

beforeAll(async () => {
  [aws, database] = await Promise.all([EmulatedAws.start(), TestDatabase.start()]);
  ec2 = await EmulatedEc2.in(aws);
  machines = await ModelMachines.start(clock);
  hook = await Ec2Hook.start(aws, machines);
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-crashes-'));
  await createCertificateAuthority({ key: path.join(folder, 'authority.pem') });
}, 90_000);

afterAll(async () => {
  await Promise.all(lifelines.map((lifeline) => lifeline.stop()));
  await Promise.all(abandoned);
  await hook.stop();
  await machines.stop();
  await aws.stop();
  await database.stop();
  await rm(folder, { recursive: true });
  console.log(`${String(kills)} processes killed`);
}, 30_000);

/** One pool with a table and an instance of its own, and the processes that serve it. */
class Crash {
  readonly ids: string[] = [];
  private service: Service | undefined;

  private constructor(
    private readonly scenario: Scenario,
    private readonly number: number,
    private readonly tableName: string,
  ) {}

  static async prepared(scenario: Scenario): Promise<Crash> {
    aheadMs = 0;
    kills += 1;
    const crash = new Crash(scenario, kills, await database.freshTable());
    await crash.write(scenario.pool);
    crash.ids.push(...(await ec2.launchAll(1, { tags: { [crash.poolTag]: 'default' } })));
    await hook.settled();
    crash.service = (await crash.process()).service;
    await scenario.prepare(crash);
    return crash;
  }

  /** Starts a process of the function. @param last - where it is killed */
  async process(last?: LastCall): Promise<{ service: Service; lifeline: Lifeline }> {
    const { endpoint: dynamodb } = database.local;
    const lifeline = await Lifeline.start({ default: aws.endpoint, lambda: machines.url, dynamodb }, last);
    lifelines.push(lifeline);
    const settings = loadSettings({
      ...ANONYMOUS.variables,
      ...aws.variables,
      ...lifeline.variables,
      PROVIDER: 'ec2',
      STORE: 'dynamodb',
      TABLE_NAME: this.tableName,
      INVENTORY: this.inventory,
      CERTIFICATE_AUTHORITY: path.join(folder, 'authority.pem'),
      VISITOR_FUNCTION: 'visitor',
      EC2_POOL_TAG: this.poolTag,
      CHECK_MAX_FAILURES: '5',
    });
    if (settings.provider.kind === 'mock' || settings.store.kind === 'memory') throw new Error('not of EC2');
    const vms = await createRealVms(settings.provider, settings, clock);
    const store = createDynamoStore({ ...settings.store, eventsKeptDays: 90, countsMaxAgeMs: 0, clock });
    return { service: composeService(settings, { store, ...vms, clock, write: () => undefined }), lifeline };
  }

  /** Ticks, a minute apart. */
  async ticks(count: number): Promise<void> {
    for (let done = 0; done < count; done += 1) {
      await this.live.tick('tick', 20_000);
      await hook.settled();
      aheadMs += MINUTE_MS;
    }
  }

  /** Writes the inventory anew. */
  async write(pool: object): Promise<void> {
    await writeFile(this.inventory, JSON.stringify({ pools: { default: pool } }));
  }

  /** Lends a VM, once all are free. */
  async lent() {
    await this.untilFree();
    return lend(this.live);
  }

  /** Ticks until the instances are stopped. */
  async untilStopped(): Promise<void> {
    await this.untilFree();
    for (let done = 0; done < MOST_TICKS; done += 1) {
      if ((await this.statuses()).every((status) => status?.stopped === true)) return;
      await this.ticks(1);
    }
    throw new Error(`not stopped: ${JSON.stringify(await this.statuses())}`);
  }

  /** Lends a VM to somebody who uses it. */
  async used(): Promise<void> {
    const { vm } = await this.lent();
    machines.use(vm.id);
  }

  /** The same, and waits after its return until no login of them opens it. */
  async usedAndReturned(): Promise<void> {
    await this.used();
    await release(this.live);
    await hook.settled();
    aheadMs += 7 * MINUTE_MS;
  }

  /** Ticks until every VM is free; none may be lent before it is right. */
  async untilFree(): Promise<void> {
    for (let done = 0; done < MOST_TICKS; done += 1) {
      await this.ticks(1);
      await this.expectNoneFreeThatIsWrong();
      if ((await this.statuses()).every((status) => status?.state === 'free')) return;
    }
    throw new Error(`not free: ${JSON.stringify(await this.statuses())}`);
  }

  /** Ends what alice has, if the killed call lent her something or did not get to its end. */
  async aliceGoes(): Promise<void> {
    await release(this.live).catch(ignore);
    aheadMs += 7 * MINUTE_MS;
  }

  /** Whoever borrows now gets a VM that runs and is clean. */
  async expectLendsOnlyRightOnes(): Promise<void> {
    for (const [index, userId] of USERS.entries()) {
      const grant = await lend(this.live, userId).catch(() => undefined);
      expect([userId, grant !== undefined]).toEqual([userId, index < this.ids.length]);
      if (grant === undefined) continue;
      const isReady = 'login' in grant;
      expect([isReady && !machines.isOn(grant.vm.id), this.missing(grant.vm.id)]).toEqual([false, []]);
    }
  }

  /** EC2 was asked for one task for each use. */
  async expectOneTaskAUse(): Promise<void> {
    const tasks = await Promise.all(this.ids.map((id) => ec2.replaceTasks(id)));
    expect(tasks.flat().length).toBe(this.scenario.cleanings.includes('replace') ? 1 : 0);
  }

  async stop(): Promise<void> {
    for (const id of this.ids) await ec2.terminate(id);
  }

  private get live(): Service {
    if (this.service === undefined) throw new Error('no process runs');
    return this.service;
  }

  private get poolTag(): string {
    return `crash-${String(this.number)}:pool`;
  }

  private get inventory(): string {
    return path.join(folder, `vms-${String(this.number)}.json`);
  }

  private missing(id: string): Cleaning[] {
    return machines.missing(id, this.scenario.cleanings);
  }

  private statuses() {
    return Promise.all(this.ids.map((id) => this.live.store.status(id)));
  }

  private async expectNoneFreeThatIsWrong(): Promise<void> {
    for (const status of await this.statuses()) {
      if (status?.state !== 'free') continue;
      const { id } = status.vm;
      expect([id, machines.isOn(id), this.missing(id)]).toEqual([id, status.stopped !== true, []]);
    }
  }
}

/** Kills the work at one call. @returns false when the work was over before it */
async function killAt(scenario: Scenario, last: LastCall): Promise<boolean> {
  const crash = await Crash.prepared(scenario);
  try {
    const { service, lifeline } = await crash.process(last);
    const worked = scenario.work(service).then(ignore, ignore);
    abandoned.push(worked);
    const died = await Promise.race([lifeline.ended, worked]);
    await crash.aliceGoes();
    await crash.untilFree();
    await crash.expectOneTaskAUse();
    await crash.expectLendsOnlyRightOnes();
    return died !== undefined;
  } finally {
    await crash.stop();
  }
}

function ignore(): undefined {
  return undefined;
}

describe.each(SCENARIOS)('a process that is killed at each call that changes something, during $name', (scenario) => {
  it.each<LastCall['fate']>(['lost', 'done'])(
    'leaves VMs that are brought to their right state, and lends none before (last call: %s)',
    async (fate) => {
      let index = 0;
      while (await killAt(scenario, { index, fate })) index += 1;
      expect(index).toBeGreaterThan(1);
    },
    60_000,
  );
});
