import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sshd } from '../../../scripts/lib/vms/sshd.ts';
import type { Behaviour } from '../../support/vms/hostile-servers.ts';
import { HostileServers } from '../../support/vms/hostile-servers.ts';
import type { InventoryParts } from '../../support/vms/real-service.ts';
import { RealService } from '../../support/vms/real-service.ts';
import { SshdFleet } from '../../support/vms/sshd-fleet.ts';

// A visit may take nine tenths of it. The rest must do on a busy computer too, or the check itself is too late.
const LIMIT = { checkTimeoutSeconds: 5 };
const POOLS = {
  banner: { access: 'certificate', check: 'banner', reset: 'none', ...LIMIT },
  key: { access: 'certificate', check: 'host-key', reset: 'none', ...LIMIT },
  command: { access: 'certificate', check: 'command', reset: 'command', ...LIMIT },
};
const WITH_KEYS = ['key', 'command'] as const;
const ALL = ['banner', ...WITH_KEYS] as const;

let service: RealService;
let fleet: SshdFleet;
const hostile = new HostileServers();

beforeAll(async () => {
  fleet = await SshdFleet.start({ count: 3 });
}, 60_000);

afterEach(async () => {
  await service.stop();
});

afterAll(async () => {
  hostile.stop();
  await fleet.stop();
});

function sshd(at: number): Sshd {
  const found = fleet.vms[at];
  if (found === undefined) throw new Error('the fleet is too small');
  return found;
}

/** One VM of each pool, and one that always works. */
function inventory(pools: readonly string[], ports: readonly number[]): InventoryParts {
  const { port } = sshd(2);
  const entry = { address: '127.0.0.1', username: 'tester' };
  const others = pools.map((pool, at) => ({
    ...entry,
    id: `${pool}-01`,
    pool,
    port: ports[at] ?? 0,
    hostKeys: sshd(at % 2).hostKeys,
  }));
  return { pools: POOLS, vms: [{ ...entry, id: 'good-01', pool: 'key', port, hostKeys: sshd(2).hostKeys }, ...others] };
}

/** Says the same again for as long as somebody reads. */
const slowly: Behaviour = (socket) => {
  const timer = setInterval(() => socket.write('S'), 100);
  socket.on('close', () => {
    clearInterval(timer);
  });
};

const VERSION = 'SSH-2.0-OpenSSH_9.2p1\r\n';
const ROWS: readonly { vm: string; behave: Behaviour; reason: RegExp; pools?: readonly string[] }[] = [
  { vm: 'is silent', behave: () => undefined, reason: /^took longer than 4\.5 s \(waiting for the SSH version\)$/ },
  { vm: 'is slow', behave: slowly, reason: /^took longer than 4\.5 s \(waiting for the SSH version\)$/ },
  {
    vm: 'speaks HTTP',
    behave: (socket) => socket.end('HTTP/1.1 400 Bad\r\n\x1b[2J\r\n'),
    reason: /^(not an SSH server|closed the connection)/,
  },
  {
    vm: 'speaks SSH 1',
    behave: (socket) => socket.end('SSH-1.5-old\r\n'),
    reason: /^speaks an SSH that is too old: "SSH-1\.5-old"$/,
  },
  {
    vm: 'sends garbage',
    behave: (socket) => socket.write(Buffer.concat([Buffer.from(VERSION), Buffer.alloc(4_000, 0xee)])),
    reason: /^breaks the SSH protocol: /,
    pools: WITH_KEYS,
  },
  {
    vm: 'falls silent in the middle',
    behave: (socket) => socket.write(VERSION),
    reason: /^took longer than 4\.5 s \(exchanging keys\)$/,
    pools: WITH_KEYS,
  },
];

describe.each(ROWS)('a VM that $vm', ({ behave, reason, pools = ALL }) => {
  it('is never lent, says why, holds up nobody, and comes back when it is mended', async () => {
    const ports = await Promise.all(pools.map(() => hostile.start(behave)));
    service = await RealService.start(() => inventory(pools, ports));
    await service.tick();
    expect(await service.borrow('alice', { pool: 'key' })).toMatchObject({ vm: { id: 'good-01' } });
    for (const pool of pools) {
      const why = { reason: expect.stringMatching(reason) };
      expect(await service.settled(`${pool}-01`)).toMatchObject({ state: 'quarantined', failures: 1, ...why });
      const events = await service.events(`${pool}-01`);
      expect(events.find(({ kind }) => kind === 'quarantined')).toMatchObject(why);
      expect(events.map(({ kind }) => kind)).not.toContain('acquired');
      expect(await service.call('POST /getvm', { userid: 'bob', pool })).toMatchObject({
        status: 503,
        body: { code: 'pool_empty', detail: `no VM of pool ${pool} is free` },
      });
    }
    const mended = pools.filter((pool) => pool !== 'command');
    await service.write(
      inventory(
        pools,
        pools.map((pool, at) => (pool === 'command' ? ports[at] : sshd(at).port) ?? 0),
      ),
    );
    await service.tick();
    for (const pool of mended) {
      await service.call(`POST /vms/${pool}-01/return`, { reason: 'mended' });
      expect(await service.settled(`${pool}-01`)).toMatchObject({ state: 'free', failures: 0 });
    }
  });
});
