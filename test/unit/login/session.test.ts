import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CallOptions, Client } from '../../../lambda/client/client.ts';
import { readyVm } from '../../../lambda/client/ready.ts';
import { Refused } from '../../../lambda/client/refused.ts';
import type { Lease, Vm } from '../../../lambda/client/routes.ts';
import { environmentOf } from '../../../scripts/lib/login/environment.ts';
import { LoginFolder } from '../../../scripts/lib/login/folder.ts';
import type { Holder, WaitForVm } from '../../../scripts/lib/login/session.ts';
import { borrowSession, giveBack, heldSession } from '../../../scripts/lib/login/session.ts';
import { FakeClock } from '../../support/client/fake-api.ts';
import { leaseOf as anyLease, vmOf } from './made-up.ts';

/** Leases that have ended are swept. */
const leaseOf = (values: Partial<Lease> = {}) => anyLease({ expiresAt: '2999-01-01T00:00:00Z', ...values });

/** A service with one VM. It certifies the key that it is sent. */
class OneVm {
  lease: Lease | undefined;
  readonly routes: string[] = [];
  /** Runs while a call is under way. */
  meanwhile: (signal: AbortSignal | undefined) => Promise<void> = async () => undefined;
  username = 'tester';
  /** States of the VM that the next answers show; ready afterwards. */
  states: Vm['status'][] = [];

  readonly client = {
    url: 'http://127.0.0.1/resources',
    call: async (route: string, { sshPublicKey }: { sshPublicKey?: string }, options?: CallOptions) => {
      this.routes.push(route);
      await this.meanwhile(options?.signal);
      if (route === 'POST /getvm') this.lease = leaseOf();
      if (this.lease === undefined) throw new Refused(404, { code: 'no_lease' });
      const { lease } = this;
      if (route === 'POST /releasevm') this.lease = undefined;
      const status = this.states.shift() ?? 'ready';
      return { lease, vm: vmOf({ username: this.username, certificate: `certified ${sshPublicKey ?? ''}`, status }) };
    },
  } as unknown as Client;
}

let parent: string;
let service: OneVm;
let holder: Holder;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'vm-pool-session-'));
  service = new OneVm();
  holder = { client: service.client, who: { userid: 'alice' }, parent };
});

afterEach(async () => {
  await rm(parent, { recursive: true, force: true });
});

const keyOf = async ({ files }: { files: { certificate?: string | undefined } }) =>
  readFile(files.certificate ?? '', 'utf8');

describe('borrowSession', () => {
  it('sends the key of the folder, which then belongs to the lease', async () => {
    const session = await borrowSession(holder, {}, { waitMs: 0 });
    expect(session.folder.path).toBe(path.join(parent, 'lease-1'));
    expect(await keyOf(session)).toBe(`certified ${session.folder.publicKey}\n`);
  });

  it('leaves nothing when the service refuses', async () => {
    service.client.call = async () => Promise.reject(new Refused(503, { code: 'pool_empty' }));
    await expect(borrowSession(holder, {}, { waitMs: 0 })).rejects.toThrow(Refused);
    expect(await readdir(parent)).toEqual([]);
  });

  it('gives the VM back when its login can not be written', async () => {
    service.username = 'two words';
    await expect(borrowSession(holder, {}, { waitMs: 0 })).rejects.toThrow('unsound');
    expect(service.routes).toEqual(['POST /getvm', 'POST /releasevm']);
    expect(await readdir(parent)).toEqual([]);
  });

  it('gives back the VM that came while it was interrupted', async () => {
    const interrupted = new AbortController();
    service.meanwhile = async (signal) => {
      interrupted.abort();
      expect(signal?.aborted ?? false).toBe(false);
    };
    const borrowing = borrowSession(holder, {}, { waitMs: 0, signal: interrupted.signal });
    await expect(borrowing).rejects.toThrow('abort');
    expect(service.routes).toEqual(['POST /getvm', 'POST /releasevm']);
    expect({ lease: service.lease, left: await readdir(parent) }).toEqual({ lease: undefined, left: [] });
  });
});

describe('a session on a VM that has to be started', () => {
  /** Waits in no time. */
  const impatient = (waitMs?: number): WaitForVm => {
    const clock = new FakeClock();
    return (client, held, options) => readyVm(client, held, { ...options, waitMs }, clock);
  };

  it('begins when the VM is ready', async () => {
    service.states = ['starting', 'starting'];
    const session = await borrowSession({ ...holder, readyVm: impatient() }, {}, { waitMs: 0 });
    expect(session.vm.status).toBe('ready');
    expect(service.routes).toEqual(['POST /getvm', 'POST /connectvm', 'POST /connectvm']);
    expect(await keyOf(session)).toBe(`certified ${session.folder.publicKey}\n`);
  });

  it.each([
    { rule: 'that does not become ready in time', states: ['starting', 'starting'], reason: 'starting' },
    { rule: 'that goes meanwhile', states: ['starting', 'gone'], reason: 'gone' },
  ] as const)('gives back a VM $rule', async ({ states, reason }) => {
    service.states = [...states];
    const borrowing = borrowSession({ ...holder, readyVm: impatient(1) }, {}, { waitMs: 0 });
    await expect(borrowing).rejects.toMatchObject({ reason });
    expect(service.routes.at(-1)).toBe('POST /releasevm');
    expect(await readdir(parent)).toEqual([]);
  });

  it('waits for the VM that is held, and keeps its lease when it is gone', async () => {
    service.lease = leaseOf();
    service.states = ['starting'];
    expect((await heldSession({ ...holder, readyVm: impatient() }))?.vm.status).toBe('ready');
    service.states = ['gone'];
    await expect(heldSession(holder)).rejects.toMatchObject({ reason: 'gone' });
    expect(service.routes).not.toContain('POST /releasevm');
  });
});

describe('heldSession', () => {
  it('is undefined without a lease, and leaves nothing', async () => {
    expect(await heldSession(holder)).toBeUndefined();
    expect(await readdir(parent)).toEqual([]);
  });

  it('makes a folder for a lease that another computer borrowed', async () => {
    service.lease = leaseOf();
    const session = await heldSession(holder);
    expect(session?.folder.path).toBe(path.join(parent, 'lease-1'));
    expect(service.routes).toEqual(['POST /connectvm']);
  });

  it('uses the key of the lease, in one call', async () => {
    const { folder } = await borrowSession(holder, {}, { waitMs: 0 });
    service.routes.length = 0;
    expect((await heldSession(holder))?.folder.publicKey).toBe(folder.publicKey);
    expect(service.routes).toEqual(['POST /connectvm']);
  });

  it('finds the right folder behind that of a lease of another service', async () => {
    const { folder } = await borrowSession(holder, {}, { waitMs: 0 });
    await (await LoginFolder.open(parent, 'lease-0')).write(vmOf(), leaseOf());
    const session = await heldSession(holder);
    expect(session?.folder.publicKey).toBe(folder.publicKey);
    expect(session && (await keyOf(session))).toBe(`certified ${folder.publicKey}\n`);
  });
});

describe('giveBack', () => {
  it('removes the login, also when the lease is over already', async () => {
    const session = await borrowSession(holder, {}, { waitMs: 0 });
    service.lease = undefined;
    await giveBack(holder, session);
    expect(await readdir(parent)).toEqual([]);
  });

  it('removes the login, also when the service is away', async () => {
    const session = await borrowSession(holder, {}, { waitMs: 0 });
    service.meanwhile = async () => Promise.reject(new Error('away'));
    await expect(giveBack(holder, session)).rejects.toThrow('away');
    expect(await readdir(parent)).toEqual([]);
  });
});

describe('environmentOf', () => {
  it('says all that a program needs', async () => {
    const session = await borrowSession(holder, {}, { waitMs: 0 });
    expect(environmentOf(session)).toEqual({
      VM_ID: 'vm-01',
      VM_POOL_NAME: 'default',
      VM_HOST: '127.0.0.1',
      VM_PORT: '2201',
      VM_USER: 'tester',
      VM_KEY_FILE: path.join(parent, 'lease-1', 'id_ed25519'),
      VM_CERTIFICATE_FILE: path.join(parent, 'lease-1', 'cert.pub'),
      VM_KNOWN_HOSTS: path.join(parent, 'lease-1', 'known_hosts'),
      VM_SSH_CONFIG: path.join(parent, 'lease-1', 'ssh_config'),
      VM_LEASE_ID: 'lease-1',
      VM_EXPIRES_AT: '2999-01-01T00:00:00Z',
    });
  });
});
