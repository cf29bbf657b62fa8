import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newHostKey } from '../support/providers/inventory.ts';
import { FakeAws, THROTTLED } from '../support/vms/fake-aws.ts';
import { HostileServers } from '../support/vms/hostile-servers.ts';
import type { Answer, GrantBody, InventoryParts } from '../support/vms/real-service.ts';
import { RealService } from '../support/vms/real-service.ts';
import { createImpostor } from '../support/vms/ssh-impostor.ts';
import { answer, CUT } from '../unit/aws/fake-service.ts';

const USERS = ['alice', 'bob', 'carol'] as const;
const OPEN = { check: 'none', reset: 'none' };
const POOLS = {
  default: { access: 'certificate', ...OPEN },
  cleaned: { access: 'certificate', check: 'command', reset: 'command', checkTimeoutSeconds: 1 },
  ssm: { access: 'stored-key', ...OPEN },
  secrets: { access: 'stored-key', ...OPEN },
};
const CALLS = ['POST /getvm', 'POST /connectvm', 'GET /lease', 'POST /renewvm', 'POST /releasevm'] as const;

/** How every private key begins that the service makes: PKCS #8 of P-256. */
const MADE_KEY = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg';

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

const PLANTED = {
  ssm: newKey(),
  secret: newKey(),
  /** What somebody sends or writes where it does not belong. */
  misplaced: newKey(),
};

/** Text that only a key has, whatever becomes of its line ends. */
function markOf(pem: string): string {
  return pem.split('\n')[3] ?? '';
}

let aws: FakeAws;
let hostile: HostileServers;
let vms: readonly object[];

beforeAll(async () => {
  aws = await FakeAws.start();
  aws.secrets.set('/lab/ssm-01', PLANTED.ssm);
  aws.secrets.set('lab/secret-01', PLANTED.secret);
  hostile = new HostileServers();
  // It lets the service in, and quotes in its own words what it is asked for.
  const impostor = await createImpostor((session) => {
    session.onChannelOpening(({ channel }) => {
      channel.onRequest((event) => {
        event.isAuthorized = true;
        setTimeout(() => {
          void channel.send(Buffer.from(inspect(event.request))).then(
            () => channel.close(),
            () => undefined,
          );
        }, 5);
      });
    });
  });
  const vm = { username: 'tester', hostKeys: [newHostKey()] };
  const cleaned = { address: '127.0.0.1', port: await hostile.start(impostor.serve), hostKeys: [impostor.hostKey] };
  vms = [
    { ...vm, id: 'vm-01', address: '192.0.2.1' },
    { ...vm, id: 'vm-02', address: '192.0.2.2' },
    { ...vm, id: 'cleaned-01', pool: 'cleaned', ...cleaned },
    { ...vm, id: 'ssm-01', pool: 'ssm', address: '192.0.2.3', storedKey: 'ssm:/lab/ssm-01' },
    { ...vm, id: 'secret-01', pool: 'secrets', address: '192.0.2.4', storedKey: 'secretsmanager:lab/secret-01' },
  ];
});

afterAll(async () => {
  hostile.stop();
  await aws.stop();
});

/** One thing that happens. It gives what others than the holder of a VM can read of it. */
type Step = (service: RealService, certificates: string[]) => Promise<unknown>;

/** Names a step, for the counterexample of a test that fails. */
function named(name: string, step: Step): Step {
  return Object.assign(step, { [fc.toStringMethod]: () => name });
}

const user = fc.constantFrom(...USERS);
const call: fc.Arbitrary<Step> = fc
  .record({ route: fc.constantFrom(...CALLS), userid: user, pool: fc.constantFrom(...Object.keys(POOLS)) })
  .map(({ route, userid, pool }) =>
    named(`${route} ${userid} ${pool}`, async (service, certificates) => {
      const isRead = route.startsWith('GET');
      const wish = { userid, ...(route === 'POST /getvm' && { pool }) };
      const got = await service.call(isRead ? `${route}?userid=${userid}` : route, isRead ? undefined : wish);
      return withoutOwn(got, certificates);
    }),
  );
const misplaced: fc.Arbitrary<Step> = fc
  .constantFrom<[string, object]>(
    ['POST /getvm', { userid: 'alice', sshPublicKey: PLANTED.misplaced }],
    ['POST /connectvm', { userid: 'alice', sshPublicKey: PLANTED.misplaced }],
    ['POST /getvm', { userid: 'alice', privateKey: PLANTED.misplaced }],
    ['POST /getvm', { userid: PLANTED.misplaced }],
    ['POST /vms/vm-01/return', { reason: 'x', hostKey: PLANTED.misplaced }],
  )
  .map(
    ([route, wish]) =>
      async (service) =>
        (await service.call<object>(route, wish)).body,
  );
const look: fc.Arbitrary<Step> = fc
  .constantFrom('GET /pool', 'GET /vms', 'GET /events?vm=cleaned-01', 'GET /events?userid=alice', 'GET /health')
  .map((route) => named(route, async (service) => (await service.call<object>(route)).body));
const order: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom('drain', 'return', 'quarantine', 'release'), fc.constantFrom('vm-01', 'cleaned-01', 'ssm-01'))
  .map(([kind, id]) =>
    named(
      `${kind} ${id}`,
      async (service) => (await service.call<object>(`POST /vms/${id}/${kind}`, { reason: 'x' })).body,
    ),
  );
const fault: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom('Sign', 'GetParameter', 'GetSecretValue'),
    fc.constantFrom(
      undefined,
      THROTTLED,
      CUT,
      answer(200, '{ "Signature": 1, "Parameter": {} }'),
      answer(400, PLANTED.ssm),
    ),
  )
  .map(([operation, what]) =>
    named(`${operation} ${what === undefined ? 'works' : 'fails'}`, async () => {
      aws.faults.delete(operation);
      if (what !== undefined) aws.faults.set(operation, what);
      return undefined;
    }),
  );
const time: fc.Arbitrary<Step> = fc.constantFrom(1, 60, 400).map((seconds) =>
  named(`${String(seconds)} s pass`, async (service) => {
    service.clockAheadSec += seconds;
    return service.tick().catch((error: unknown) => error);
  }),
);
const wrongInventory: fc.Arbitrary<Step> = fc
  .constantFrom<(right: string) => string>(
    (right) => right,
    (right) => right.replace('"username"', `"privateKey":${JSON.stringify(PLANTED.misplaced)},"username"`),
    (right) => right.replace('"tester"', JSON.stringify(PLANTED.misplaced)),
    (right) => right.replace('ssm:/lab/ssm-01', PLANTED.misplaced.replaceAll('\n', ' ')),
    (right) => `${right} ${PLANTED.misplaced}`,
  )
  .map((change) =>
    named('another inventory', async (service) => {
      await service.write(change(JSON.stringify(inventory())));
      return service.tick().catch((error: unknown) => error);
    }),
  );
const step = fc.oneof({ weight: 5, arbitrary: call }, misplaced, look, order, fault, time, wrongInventory);

function inventory(): InventoryParts {
  return { pools: POOLS, vms };
}

/** Takes the credentials out that only the caller reads, and keeps certificates to look for them elsewhere. */
function withoutOwn({ status, body }: Answer<GrantBody>, certificates: string[]): unknown {
  // Only a grant has hosts: a VM that was given back has not, and a renewal has no VM.
  if (status !== 200 || (body as Partial<GrantBody>).vm?.knownHosts === undefined) return body;
  const { privateKey, certificate, ...vm } = body.vm;
  if (privateKey !== undefined) expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  if (certificate !== undefined) certificates.push(certificate);
  return { ...body, vm };
}

/** Every file below a folder but the key of the authority, which only its owner may read. */
async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const texts = names.map(async (name) => {
    const file = path.join(folder, name);
    const { mode } = await stat(file);
    if (name === 'authority.pem') expect(mode & 0o77).toBe(0);
    return name === 'authority.pem' || name === 'vms.json' ? '' : readFile(file, 'utf8');
  });
  return Promise.all(texts);
}

it('shows keys and certificates to the holder of a VM, and to nobody and nowhere else', async () => {
  let handedOut = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
    aws.faults.clear();
    const service = await RealService.start(inventory, { ...aws.variables, CHECK_BACKOFF_SECONDS: '0' });
    const before = process.env.TMPDIR;
    process.env.TMPDIR = service.folder;
    try {
      await service.tick();
      const certificates: string[] = [];
      const seen: unknown[] = [];
      for (const [at, pool] of ['default', 'ssm', 'secrets'].entries()) {
        const got = await service.call('POST /getvm', { userid: USERS[at], pool });
        expect(got.status).toBe(200);
        seen.push(withoutOwn(got, certificates));
      }
      for (const happen of steps) seen.push(await happen(service, certificates));
      const parts = [service.service, service.store, service.trustedKeys, [...(await service.vms()).values()]];
      const shown = [...seen, ...parts].map((each) =>
        inspect(each, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null }),
      );
      const all = [...shown, ...service.lines, ...(await filesOf(service.folder))].join('\n');
      handedOut += certificates.length;
      const marks = [
        ...Object.values(PLANTED).map(markOf),
        aws.privateKey.split('\n')[1] ?? '',
        MADE_KEY,
        ...certificates,
      ];
      expect(marks.filter((mark) => all.includes(mark))).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      await service.stop();
    }
  });
  await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 20_000 });
  expect(handedOut).toBeGreaterThan(10);
}, 60_000);
