import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import type { NamespaceVm } from '../../support/vms/namespace-vm.ts';
import type { Answer, GrantBody, ProblemBody } from '../../support/vms/real-service.ts';
import { RealService } from '../../support/vms/real-service.ts';
import type { Credential } from '../../support/vms/ssh-user.ts';
import { SshUsers } from '../../support/vms/ssh-user.ts';
import { bootVms, enrollAll, entryOf } from './enrolled-vms.ts';

const POOL = { access: 'certificate', check: 'command', reset: 'command' };
const IDS = Array.from({ length: 6 }, (_, at) => `vm-0${String(at + 1)}`);
const USERS = Array.from({ length: 12 }, (_, at) => `user-${String(at + 1)}`);

/** How long users borrow; each ends what it has begun. */
const BORROW_MS = 10_000;

/** Shows marks of anybody, then leaves one's own: a file, a process, a job of cron. */
const markAs = (user: string) => `
echo "found: $(cat ~/mark /tmp/mark.* /var/tmp/mark.* 2>/dev/null; crontab -l 2>/dev/null; pgrep -af 'mark[-]of')"
echo ${user} | tee ~/mark /tmp/mark.${user} >/var/tmp/mark.${user}
(exec -a mark-of-${user} sleep 300) >/dev/null 2>&1 &
echo "0 0 1 1 * echo ${user}" | crontab -
`;

let vms: readonly NamespaceVm[];
let service: RealService;
let users: SshUsers;

describeOnVms('users who borrow at the same time', () => {
  beforeAll(async () => {
    users = await SshUsers.start();
    vms = await bootVms(IDS);
    service = await RealService.start(async (trustedKeys) => {
      await enrollAll(vms, trustedKeys);
      return { pools: { default: POOL }, vms: await Promise.all(vms.map(entryOf)) };
    });
    for (const { id } of vms) expect(await service.settled(id)).toMatchObject({ state: 'free' });
  }, 90_000);

  afterAll(async () => {
    await Promise.all([service.stop(), users.stop(), ...vms.map((vm) => vm.off())]);
  });

  it('never meet marks of each other, and get into no VM that is another’s', async () => {
    const endMs = Date.now() + BORROW_MS;
    /** Credentials of the leases that each VM has had. */
    const earlier = new Map<string, Credential[]>();
    const visits = await Promise.all(USERS.map((user) => borrowUntil(user, endMs, earlier)));
    const found = visits.flat();
    expect(found.filter((each) => each !== 'found: \n')).toEqual([]);
    expect(found.length).toBeGreaterThan(USERS.length);
    for (const id of IDS) {
      expect(await service.settled(id)).toMatchObject({ state: 'free', failures: 0 });
      for (const old of earlier.get(id) ?? []) expect(await users.ssh(old, ['true'])).toMatchObject({ exitCode: 255 });
    }
  }, 90_000);

  /** @returns what each visit has found and what an earlier user still could do */
  async function borrowUntil(user: string, endMs: number, earlier: Map<string, Credential[]>): Promise<string[]> {
    const found: string[] = [];
    while (Date.now() < endMs) {
      const answer: Answer<GrantBody & ProblemBody> = await service.call('POST /getvm', { userid: user });
      if (answer.status !== 200) {
        expect(answer.body.code).toBe('pool_empty');
        await sleep(300);
        continue;
      }
      const { id } = answer.body.vm;
      const credential = await users.save(answer.body);
      const { stdout, stderr } = await users.ssh(credential, ['bash -s'], markAs(user));
      found.push(stdout || `not in ${id}: ${stderr}`);
      const [last] = (earlier.get(id) ?? []).slice(-1);
      if (last !== undefined && (await users.ssh(last, ['true'])).exitCode === 0) found.push(`${id} has two users`);
      earlier.set(id, [...(earlier.get(id) ?? []), credential]);
      const { status, body } = await service.release(user);
      if (status !== 200) found.push(JSON.stringify(body));
    }
    return found;
  }
});
