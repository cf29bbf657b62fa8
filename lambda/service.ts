import type { Api } from './http/api.ts';
import { createApi } from './http/api.ts';
import type { SignIn } from './http/audience.ts';
import type { Services } from './http/call.ts';
import type { ReadPage } from './http/console-page.ts';
import type { CallerOf, Identify } from './http/identity/caller.ts';
import type { Journal } from './pool/journal.ts';
import { Lending } from './pool/lending.ts';
import type { Meter } from './pool/meter.ts';
import type { Operating, OperationsPorts } from './pool/operations.ts';
import type { PolicyOf, PoolRules } from './pool/pool.ts';
import type { Clock, LeaseStore, Pause } from './pool/ports.ts';
import type { VmProvider } from './pool/provider.ts';
import type { Tick, TickPorts } from './pool/tick.ts';
import { Upkeep } from './pool/upkeep.ts';
import { MockProvider } from './providers/mock.ts';
import { timeLimitedCheck } from './providers/time-limit.ts';
import type { Settings } from './settings-types.ts';
import { MemoryStore } from './store/memory/store.ts';
import { createJournal } from './telemetry/journal.ts';
import type { Tally } from './telemetry/meter.ts';
import { createTally } from './telemetry/meter.ts';
import type { Scrape, ScrapePorts } from './telemetry/scrape.ts';
import { writeLine } from './telemetry/stdout.ts';

/** Longest that the start waits for the inventory, milliseconds: Lambda allows 10 s for all of it. */
const START_SYNC_MS = 4_000;

/** What the service is made of beside its settings. */
export interface ServiceParts {
  readonly store: LeaseStore;
  readonly provider: VmProvider;
  /** Public keys that VMs must trust so that login certificates open them. */
  readonly trustedKeys?: readonly string[];
  /** Who makes a request; needed where callers are verified, or metrics have a token. */
  readonly callerOf?: Identify | undefined;
  readonly clock: Clock;
  /** Reads the HTML of the page; by default from the file beside the bundle. */
  readonly readPage?: ReadPage | undefined;
  /** Lets time pass between two tries; by default real time. */
  readonly pause?: Pause;
  /** Counts what happens; a store of the same process may count in it too. */
  readonly tally?: Tally;
  /** Takes one finished line of the log. */
  readonly write: (line: string) => void;
}

/** The service, put together. */
export interface Service {
  readonly store: LeaseStore;
  readonly provider: VmProvider;
  readonly upkeep: Upkeep;
  readonly lending: Lending;
  readonly operations: Operating;
  readonly api: Api;
  readonly tick: Tick;
  /** What has been counted since the process began. */
  readonly tally: Tally;
  /** Gets ready for the first request. Never throws: each call and the next tick cope with what failed here. */
  readonly start: () => Promise<void>;
}

/**
 * Makes the service that the settings describe.
 *
 * @throws Error when they name something that does not exist
 */
export async function createService(settings: Settings): Promise<Service> {
  const clock = Date.now;
  const tally = createTally(settings.metricsNamespace);
  const [store, vms] = await Promise.all([createStore(settings, tally.meter), createProvider(settings, clock)]);
  const write = await createWriter(settings);
  const callerOf = await createCallers(settings, clock);
  return composeService(settings, { store, ...vms, callerOf, clock, tally, write });
}

/** Not the console: Lambda wraps what goes there once more, and CloudWatch then finds no embedded metrics in it. */
async function createWriter({ onLambda }: Settings): Promise<ServiceParts['write']> {
  if (onLambda) return writeLine;
  return (await import('./telemetry/line-queue.ts')).createLineQueue();
}

/** Loads what turns a request into its caller, only where callers are verified or metrics have a token. */
export async function createCallers(settings: Settings, clock: Clock): Promise<Identify | undefined> {
  const { authorization, callerRequestsPerMinute, metricsToken } = settings;
  let callers: CallerOf | undefined;
  if (authorization.kind !== 'none') {
    const { verifiedCallers } = await import('./http/identity/verified.ts');
    callers = verifiedCallers(authorization, callerRequestsPerMinute, clock);
  }
  if (metricsToken === undefined) return callers;
  const { withScrapers } = await import('./scrapers.ts');
  return withScrapers(callers ?? anonymous(settings), metricsToken, clock);
}

/**
 * Puts the service together. This is the only composition: the tests and the bench use it too, with parts of their own.
 */
export function composeService(settings: Settings, parts: ServiceParts): Service {
  const { store, provider, trustedKeys = [], callerOf = anonymous(settings), clock, pause, write } = parts;
  const tally = parts.tally ?? createTally(settings.metricsNamespace);
  const { meter, embedded, series } = tally;
  const journal = createJournal({ clock, metrics: embedded, write });
  const policyOf = policies(settings, provider);
  const check = timeLimitedCheck(provider, (pool) => policyOf(pool).checkLimitSec);
  const upkeep = new Upkeep({ store, provider, check, clock, meter }, policyOf);
  const lending = new Lending({ store, provider, upkeep, clock, meter, newId }, policyOf);
  const operations = lazyOperations({ store, upkeep, provider, clock, meter, pause });
  const signIn = signInOf(settings.authorization);
  const consolePage = lazyConsole(signIn, parts.readPage);
  const scraping = { metricsPage: lazyScrape({ upkeep, series, clock }), hasMetricsToken: !!settings.metricsToken };
  const talking = { journal, meter, signIn, trustedKeys, callerOf, consolePage };
  const api = createApi({ lending, operations, ...talking, ...scraping });
  const watchesInventory = settings.provider.kind !== 'mock';
  const power = provider.power && { store, power: provider.power, clock, meter, policyOf };
  const tick = reported(lazyTick({ upkeep, journal, clock, meter, watchesInventory, power }), journal);

  /** Knows the VMs from the first request on, and opens the connection to the store while nobody waits. */
  async function start(): Promise<void> {
    try {
      if (leavesSearchToTicks(settings)) {
        await Promise.all([provider.refresh(), store.ping()]);
        return;
      }
      const progress = await upkeep.sync('init', START_SYNC_MS);
      if (progress.left > 0 || progress.fault) {
        const { inventoryEntries } = await import('./pool/tick.ts');
        for (const entry of inventoryEntries('init', progress)) journal(entry);
      }
    } catch (error) {
      const message = 'the inventory could not be synced at the start; the next tick tries again';
      journal({ level: 'ERROR', message, fields: whereLeasesLive(settings), error });
    }
    if (settings.onLambda && settings.store.kind === 'memory') {
      journal({ level: 'WARN', message: 'leases live in the memory of this process and end with it (STORE=memory)' });
    }
  }

  return { store, provider, upkeep, lending, operations, api, tick, tally, start };
}

/** Loaded for the first call of an operator: a borrower's cold start does not need it. */
function lazyOperations(ports: OperationsPorts): Operating {
  const load = async () => new (await import('./pool/operations.ts')).Operations(ports);
  return {
    order: async (...wish) => (await load()).order(...wish),
    vms: async (query) => (await load()).vms(query),
    events: async (query) => (await load()).events(query),
  };
}

/** Loaded for the first scrape. */
function lazyScrape(ports: ScrapePorts): Services['metricsPage'] {
  let scrape: Promise<Scrape> | undefined;
  const load = async () => (await import('./telemetry/scrape.ts')).createScrape(ports);
  return async (accept) => (await (scrape ??= load()))(accept);
}

/** Loaded for the first visitor of the page. */
function lazyConsole(signIn: SignIn, read: ReadPage | undefined): Services['consolePage'] {
  let page: Promise<Services['consolePage']> | undefined;
  const load = async () => (await import('./http/console-page.ts')).createConsolePage(signIn, read);
  return async (acceptEncoding) => (await (page ??= load()))(acceptEncoding);
}

/** Loaded for the first tick. */
function lazyTick(ports: TickPorts): Tick {
  let tick: Promise<Tick> | undefined;
  const load = async () => (await import('./pool/tick.ts')).createTick(ports);
  return async (...run) => (await (tick ??= load()))(...run);
}

/** Logs why a tick failed, as one line of the journal; Lambda still counts the failed invocation. */
function reported(tick: Tick, journal: Journal): Tick {
  return async (requestId, budgetMs) => {
    try {
      await tick(requestId, budgetMs);
    } catch (error) {
      journal({ level: 'ERROR', message: 'the tick failed', fields: { requestId }, error });
      throw error;
    }
  };
}

/**
 * Whether only ticks search for VMs. A search of EC2 takes seconds and is throttled for the whole account, so that many
 * processes must not begin with one. Their VMs are in the table.
 */
function leavesSearchToTicks({ provider, onLambda }: Settings): boolean {
  return provider.kind === 'ec2' && onLambda;
}

/** The provider's rules for a pool, and the settings where it has none. */
function policies({ check, limits, provider: { kind } }: Settings, provider: VmProvider): PolicyOf {
  // A pool that can't be looked up, because its inventory can't be read, is treated with the most care.
  const access = kind === 'mock' ? 'mock' : 'certificate';
  const unknown: Omit<PoolRules, 'name'> = { aliases: [], lease: limits, access, check: 'none', reset: 'none' };
  const policyOf = (rules: PoolRules) => {
    return { ...rules, checkLimitSec: rules.checkLimitSec ?? check.timeoutSec, retry: check };
  };
  // Made once: every call looks up a policy, some twice.
  const policyOfUnknown = policyOf({ name: '', ...unknown });
  return (name) => {
    const rules = provider.pool(name);
    return rules === undefined ? { ...policyOfUnknown, name } : policyOf(rules);
  };
}

/** Loads the code that reaches real VMs only where there are some. */
async function createProvider(
  settings: Settings,
  clock: Clock,
): Promise<Pick<ServiceParts, 'provider' | 'trustedKeys'>> {
  if (settings.provider.kind === 'mock') return { provider: new MockProvider(settings.mockFailingVms) };
  const { createRealVms } = await import('./real-vms.ts');
  return createRealVms(settings.provider, settings, clock);
}

/** Loads AWS code only for the store that needs it: it costs a cold start more than everything else together. */
async function createStore({ store: settings, eventsKeptDays }: Settings, meter: Meter): Promise<LeaseStore> {
  if (settings.kind === 'memory') return new MemoryStore();
  const { createDynamoStore } = await import('./store/dynamodb/store.ts');
  return createDynamoStore({ ...settings, eventsKeptDays, meter });
}

/** Nobody asks who borrows. What tells operators is loaded for the first call of one. */
function anonymous({ authorization, onLambda }: Settings): Identify {
  if (authorization.kind !== 'none') throw new Error('callers are verified, so callerOf must be given');
  return async (event, audience, facts) => {
    if (audience === 'borrowers') return undefined;
    const { operatorsAmongAnybody } = await import('./http/identity/anonymous.ts');
    return operatorsAmongAnybody(onLambda ? undefined : authorization.adminUsers)(event, audience, facts);
  };
}

function signInOf(authorization: Settings['authorization']): SignIn {
  const { kind } = authorization;
  if (kind === 'none') return { authorization: kind };
  if (kind === 'iam') return { authorization: kind, region: authorization.region };
  const { issuer, audiences, signIn } = authorization;
  return { authorization: kind, issuer, audiences, ...signIn };
}

function whereLeasesLive({ store }: Settings): object {
  if (store.kind === 'memory') return { store: store.kind };
  const { kind, tableName, region, endpoint } = store;
  return { store: kind, tableName, region, endpoint };
}

/** Not of `node:crypto`: to load that takes a cold start longer than the global one does. */
const newId = (): string => crypto.randomUUID();
