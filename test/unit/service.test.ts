import { beforeEach, describe, expect, it } from '@jest/globals';
import { composeService, createService } from '../../lambda/service.ts';
import { loadSettings } from '../../lambda/settings.ts';
import { MemoryStore } from '../../lambda/store/memory/store.ts';
import { someVms, TestClock, TestProvider } from '../support/pool/lending.ts';

const TABLE = {
  STORE: 'dynamodb',
  TABLE_NAME: 'vm-pool-dev',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'sensitive',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
};

let lines: string[];
let store: MemoryStore;

beforeEach(() => {
  lines = [];
  store = new MemoryStore();
});

function serviceWith(variables: Record<string, string> = {}) {
  return composeService(loadSettings(variables), {
    store,
    provider: new TestProvider(someVms(1)),
    clock: new TestClock().read,
    write: (line) => lines.push(line),
  });
}

const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the start of the service', () => {
  it('adds the VMs to the store, and logs nothing', async () => {
    await serviceWith().start();
    expect(await store.status('vm-01')).toMatchObject({ state: 'free' });
    expect(lines).toEqual([]);
  });

  it('continues without the store, and logs which store did not answer and why', async () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:8000');
    store.sync = () => Promise.reject(new Error('the lease store did not answer', { cause }));
    await serviceWith(TABLE).start();
    expect(logged()).toMatchObject([
      {
        level: 'ERROR',
        tableName: 'vm-pool-dev',
        region: 'eu-central-1',
        endpoint: 'http://127.0.0.1:8000',
        error: { message: 'the lease store did not answer', causes: [{ name: 'Error', message: cause.message }] },
      },
    ]);
    expect(lines.join('')).not.toContain('sensitive');
  });

  it('leaves the search for EC2 instances to the ticks on Lambda, and reads the inventory and the store', async () => {
    const onLambda = { ...TABLE, PROVIDER: 'ec2', INVENTORY: 'vms.json', AWS_LAMBDA_FUNCTION_NAME: 'vm-pool-dev' };
    const asked: string[] = [];
    store.ping = async () => void asked.push('ping');
    store.sync = async () => {
      asked.push('sync');
      return { changes: 0, left: 0 };
    };
    await serviceWith(onLambda).start();
    expect(asked).toEqual(['ping']);
    await serviceWith({ ...onLambda, AWS_LAMBDA_FUNCTION_NAME: '' }).start();
    expect(asked).toEqual(['ping', 'sync']);
  });

  it('warns on Lambda that leases in memory end with the process', async () => {
    await serviceWith({ AWS_LAMBDA_FUNCTION_NAME: 'vm-pool-dev' }).start();
    expect(logged()).toMatchObject([{ level: 'WARN', message: expect.stringContaining('STORE=memory') }]);
  });
});

it('logs in one line why a tick failed, and rejects', async () => {
  store.counts = () => Promise.reject(new Error('no table'));
  await expect(serviceWith().tick('r-1', 1_000)).rejects.toThrow('no table');
  const errors = logged().filter(({ level }) => level === 'ERROR');
  expect(errors).toMatchObject([{ requestId: 'r-1', error: { message: 'no table' } }]);
});

it('lends the mock VMs from memory by default', async () => {
  const { lending, start } = await createService(loadSettings({}));
  await start();
  expect((await lending.acquire({ userId: 'alice' }, 'r-1')).vm.id).toBe('vm-01');
});
