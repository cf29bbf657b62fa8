import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newHostKey } from '../support/providers/inventory.ts';
import { FakeAws, THROTTLED } from '../support/vms/fake-aws.ts';
import { freePort } from '../support/vms/namespace-vm-access.ts';
import type { InventoryParts, ProblemBody } from '../support/vms/real-service.ts';
import { granted, RealService } from '../support/vms/real-service.ts';
import type { Answer } from '../unit/aws/fake-service.ts';
import { answer, CUT } from '../unit/aws/fake-service.ts';

const OPEN = { check: 'none', reset: 'none' };
const POOLS = {
  default: { access: 'certificate', ...OPEN },
  cleaned: { access: 'certificate', check: 'command', reset: 'command', checkTimeoutSeconds: 10 },
  ssm: { access: 'stored-key', ...OPEN },
  secrets: { access: 'stored-key', ...OPEN },
};

let aws: FakeAws;
let service: RealService;

beforeEach(async () => {
  aws = await FakeAws.start();
  const inventory = await someVms();
  service = await RealService.start(() => inventory, { ...aws.variables, CHECK_MAX_FAILURES: '3' });
});

afterEach(async () => {
  await service.stop();
  await aws.stop();
});

/** Nobody listens on the port of the VM that is cleaned. */
async function someVms(): Promise<InventoryParts> {
  const vm = { username: 'tester', hostKeys: [newHostKey()] };
  const vms = [
    { ...vm, id: 'vm-01', address: '192.0.2.1' },
    { ...vm, id: 'cleaned-01', pool: 'cleaned', address: '127.0.0.1', port: await freePort() },
    { ...vm, id: 'ssm-01', pool: 'ssm', address: '192.0.2.3', storedKey: 'ssm:/lab/ssm-01' },
    { ...vm, id: 'secret-01', pool: 'secrets', address: '192.0.2.4', storedKey: 'secretsmanager:lab/secret-01' },
  ];
  return { pools: POOLS, vms };
}

const KMS: readonly { kms: string; fault: Answer; code: string }[] = [
  { kms: 'throttles', fault: THROTTLED, code: 'ThrottlingException' },
  { kms: 'is broken', fault: answer(500, { __type: 'KMSInternalException' }), code: 'KMSInternalException' },
  { kms: 'hangs up', fault: CUT, code: 'ECONNRESET' },
  { kms: 'has no such key', fault: answer(400, { __type: 'NotFoundException' }), code: 'NotFoundException' },
];

describe.each(KMS)('KMS that $kms', ({ fault, code }) => {
  it('costs nobody their lease, and no VM its good name', async () => {
    await service.tick();
    aws.faults.set('Sign', fault);
    const refused = await service.call<ProblemBody>('POST /getvm', { userid: 'alice', pool: 'default' });
    expect(refused).toMatchObject({
      status: 503,
      body: {
        code: 'access_unavailable',
        detail: `no login credential can be made now: KMS does not sign certificates (${code}); your lease stands, so try connectvm in a moment`,
      },
    });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(service.lines.at(-1)).toContain('"code":"access_unavailable"');
    expect(await service.vm('vm-01')).toMatchObject({ state: 'leased', failures: 0 });
    expect(await service.call('GET /lease?userid=alice')).toMatchObject({ status: 503 });
    aws.faults.clear();
    expect(granted(await service.call('POST /connectvm', { userid: 'alice' })).vm).toMatchObject({
      id: 'vm-01',
      login: 'certificate',
    });
  });

  it('lets a VM wait that is to be cleaned, and its check goes on afterwards', async () => {
    aws.faults.set('Sign', fault);
    await service.tick();
    const waiting = `the service can't check the VM now: KMS does not sign certificates (${code})`;
    expect(await service.vm('cleaned-01')).toMatchObject({ state: 'checking', failures: 0, reason: waiting });
    expect((await service.events('cleaned-01'))[0]).toMatchObject({ kind: 'waiting', reason: waiting });
    expect((await service.call('POST /getvm', { userid: 'bob', pool: 'cleaned' })).body).toMatchObject({
      code: 'pool_empty',
    });
    aws.faults.clear();
    service.clockAheadSec = 31;
    await service.tick();
    expect(await service.vm('cleaned-01')).toMatchObject({
      failures: 1,
      reason: 'refuses the connection (connecting)',
    });
  });
});

const STORED = [
  { pool: 'ssm', name: '/lab/ssm-01', operation: 'GetParameter', place: 'ssm:/lab/ssm-01' },
  { pool: 'secrets', name: 'lab/secret-01', operation: 'GetSecretValue', place: 'secretsmanager:lab/secret-01' },
];

describe.each(STORED)('a stored key of the pool $pool', ({ pool, name, operation, place }) => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString();

  async function why(): Promise<string> {
    const { status, body } = await service.call<ProblemBody>('POST /connectvm', { userid: 'alice' });
    expect([status, body.code]).toEqual([503, 'access_unavailable']);
    return body.detail.replace(/^no login credential can be made now: | ?; your lease stands.*$/g, '');
  }

  it("is answered as a shared key, and the reason why it can't be read quotes nothing of it", async () => {
    await service.tick();
    aws.secrets.set(name, pem);
    const { vm } = await service.borrow('alice', { pool });
    expect(vm).toMatchObject({ login: 'shared-key', privateKey: pem, knownHosts: [expect.any(String)] });
    expect(vm).not.toHaveProperty('certificate');
    aws.secrets.set(name, 'hunter2');
    expect(await why()).toBe(`${place} must be one private key that ssh reads, without a passphrase`);
    aws.secrets.delete(name);
    expect(await why()).toBe(`${place} does not exist`);
    aws.faults.set(operation, THROTTLED);
    expect(await why()).toBe(`${place} can't be read now (ThrottlingException)`);
    aws.faults.set(operation, answer(400, { __type: 'AccessDeniedException' }));
    expect(await why()).toBe(`${place} may not be read by the service`);
    expect(service.lines.join('\n')).not.toContain('hunter2');
  });

  it('is the same shared key for a user who names a key of their own', async () => {
    await service.tick();
    aws.secrets.set(name, pem);
    const sshPublicKey = newHostKey();
    expect((await service.borrow('alice', { pool, sshPublicKey })).vm).toMatchObject({ login: 'shared-key' });
  });
});
