import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCertificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import { CALLS } from '../../../lambda/http/calls.ts';
import { createRealVms } from '../../../lambda/real-vms.ts';
import type { Service } from '../../../lambda/service.ts';
import { composeService } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { createGateway } from '../../../scripts/lib/gateway/server.ts';
import { checkAnswer } from '../api/contract.ts';
import { ANONYMOUS, OPERATOR } from '../api/modes.ts';

/** How a holder logs in, as `getvm`, `connectvm` and `lease` answer it. */
export interface GrantBody {
  readonly vm: {
    readonly id: string;
    readonly ip: string;
    readonly port: number;
    readonly username: string;
    readonly login?: 'certificate' | 'shared-key' | 'instance-connect' | 'session-manager';
    readonly status: 'ready' | 'starting' | 'gone';
    readonly statusReason?: string;
    readonly certificate?: string;
    readonly certificateExpiresAt?: string;
    readonly knownHosts: readonly string[];
    readonly privateKey?: string;
    readonly keyAcceptedUntil?: string;
    readonly session?: { readonly sessionId: string; readonly streamUrl: string; readonly tokenValue: string };
  };
  readonly lease: { readonly id: string; readonly expiresAt: string };
}

/** What the API answers when it refuses. */
export interface ProblemBody {
  readonly code: string;
  readonly detail: string;
}

/** A VM as operators see it. */
export interface VmBody {
  readonly id: string;
  readonly state: string;
  readonly failures: number;
  readonly reason?: string;
}

/** An event as operators see it. */
export interface EventBody {
  readonly kind: string;
  readonly reason?: string;
  readonly userid?: string;
}

/** An answer of the API. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** An inventory before it is written. */
export interface InventoryParts {
  readonly pools: object;
  readonly vms: readonly object[];
}

/** Longest that a VM may need until it is neither checked nor reset, milliseconds. */
const SETTLES_WITHIN_MS = 30_000;

/**
 * The service as its settings compose it, by default `PROVIDER=static`, behind the gateway of `npm start`: real
 * inventory, real authority, real visits. Only its clock can be set forward, and its log is kept. Every answer is
 * compared with `openapi.json`.
 */
export class RealService {
  private ticks = 0;

  private constructor(
    readonly folder: string,
    readonly service: Service,
    readonly store: MemoryStore,
    /** Lines for the file of `TrustedUserCAKeys`. */
    readonly trustedKeys: readonly string[],
    /** The service's log. */
    readonly lines: readonly string[],
    private readonly server: Server,
    private readonly time: { aheadSec: number },
  ) {}

  /**
   * @param makeInventory - gets the lines that VMs are to trust
   * @param variables - of its environment, beside those of inventory and authority
   * @param store - that of an earlier service goes on with its leases
   */
  static async start(
    makeInventory: (trustedKeys: readonly string[]) => Promise<InventoryParts> | InventoryParts,
    variables: Readonly<Record<string, string>> = {},
    store = new MemoryStore(),
  ): Promise<RealService> {
    const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-lending-'));
    const file = path.join(folder, 'vms.json');
    const key = path.join(folder, 'authority.pem');
    const { publicKeys } = await createCertificateAuthority({ key });
    await writeFile(file, JSON.stringify(await makeInventory(publicKeys)));
    const settings = loadSettings({
      ...ANONYMOUS.variables,
      PROVIDER: 'static',
      INVENTORY: file,
      CERTIFICATE_AUTHORITY: key,
      CHECK_MAX_FAILURES: '1',
      ...variables,
    });
    if (settings.provider.kind === 'mock') throw new Error('these tests are about real VMs');
    const time = { aheadSec: 0 };
    const clock = (): number => Date.now() + time.aheadSec * 1000;
    const lines: string[] = [];
    const { provider, trustedKeys } = await createRealVms(settings.provider, settings, clock);
    const service = composeService(settings, {
      store,
      provider,
      trustedKeys,
      clock,
      write: (line) => lines.push(line),
    });
    const server = gatewayTo(service);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await service.start();
    return new RealService(folder, service, store, trustedKeys, lines, server, time);
  }

  /** Of the stage, e.g. `http://127.0.0.1:4711/resources`. */
  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/resources`;
  }

  /** How much later it is for the service than for the VMs, seconds. */
  set clockAheadSec(seconds: number) {
    this.time.aheadSec = seconds;
  }

  get clockAheadSec(): number {
    return this.time.aheadSec;
  }

  /** The service's time, UTC epoch seconds. */
  get nowSec(): number {
    return Math.floor(Date.now() / 1000) + this.time.aheadSec;
  }

  /** Calls the API, as the operator where that matters. */
  async call<Body = GrantBody>(route: string, parameters?: object): Promise<Answer<Body>> {
    const [method = '', place = ''] = route.split(' ');
    const headers = { 'content-type': 'application/json', 'x-operator': OPERATOR };
    const body = parameters === undefined ? null : JSON.stringify(parameters);
    const response = await fetch(this.url + place, { method, headers, body });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  }

  /** Borrows a VM. @throws Error with the answer, if that is another one */
  async borrow(userid: string, wish: object = {}): Promise<GrantBody> {
    return granted(await this.call('POST /getvm', { userid, ...wish }));
  }

  async release(userid: string): Promise<Answer<{ readonly vm: VmBody } & ProblemBody>> {
    return this.call('POST /releasevm', { userid });
  }

  /** Writes another inventory. The service reads it at its next tick. @param inventory - the text, if it is one */
  async write(inventory: InventoryParts | string): Promise<void> {
    const text = typeof inventory === 'string' ? inventory : JSON.stringify(inventory);
    await writeFile(path.join(this.folder, 'vms.json'), text);
  }

  /** What the scheduler does each minute. */
  async tick(): Promise<void> {
    this.ticks += 1;
    await this.service.tick(`tick-${String(this.ticks)}`, 50_000);
  }

  /** Each VM as operators see it, by its id. */
  async vms(): Promise<ReadonlyMap<string, VmBody>> {
    const { body } = await this.call<{ readonly vms: readonly VmBody[] }>('GET /vms?limit=200');
    return new Map(body.vms.map((vm) => [vm.id, vm]));
  }

  async vm(id: string): Promise<VmBody> {
    const vm = (await this.vms()).get(id);
    if (vm === undefined) throw new Error(`the service has no ${id}`);
    return vm;
  }

  /** What happened to a VM, newest first. */
  async events(vmId: string): Promise<readonly EventBody[]> {
    return (await this.call<{ readonly events: readonly EventBody[] }>(`GET /events?vm=${vmId}`)).body.events;
  }

  /** Ticks until a VM is neither checked nor reset. @returns the VM */
  async settled(id: string): Promise<VmBody> {
    const deadline = Date.now() + SETTLES_WITHIN_MS;
    while (Date.now() < deadline) {
      await this.tick();
      const vm = await this.vm(id);
      if (vm.state !== 'checking') return vm;
      await sleep(100);
    }
    throw new Error(`${id} is still ${JSON.stringify(await this.vm(id))}`);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The body of a grant. @throws Error with the answer, if that is another one */
export function granted({ status, body }: Answer<GrantBody>): GrantBody {
  if (status === 200) return body;
  throw new Error(`not granted: ${String(status)} ${JSON.stringify(body)}`);
}

function gatewayTo({ api }: Service): Server {
  return createGateway({
    routes: [...CALLS.map(({ route }) => route), '$default'],
    stage: 'resources',
    invoke: async (event) => {
      const result = await api(event, 'invocation-1');
      checkAnswer(event, result);
      return result;
    },
    onFault: (fault) => {
      throw fault;
    },
  });
}
