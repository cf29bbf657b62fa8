import { setTimeout as sleep } from 'node:timers/promises';

/** What a borrower was answered. */
export interface Answer {
  /** As the log and the figures name the call, e.g. `POST /getvm`. */
  readonly route: string;
  readonly status: number;
  /** Why the call was refused. */
  readonly code: string | undefined;
  readonly vmId: string | undefined;
}

/** Who may give any VM back. */
export const OPERATOR = 'ops';

/** More than the mock VMs. */
const USERS = Array.from({ length: 8 }, (_, index) => `user-${index}`);

const FORGETFUL = 'forgetful';

/** Rounds of lending, with a scrape or more in each. */
const ROUNDS = 4;

const ROUND_MS = 1_500;

/** Longest that a lease of a minute is waited for, and an answer. */
const FORGOTTEN_MS = 120_000;
const ANSWER_MS = 60_000;

/** Borrowers of one server, who remember what they were answered. */
export class Borrowers {
  readonly answers: Answer[] = [];

  /** @param url - of the API, e.g. `http://127.0.0.1:4711/resources` */
  constructor(private readonly url: string) {}

  /** Lends all VMs again and again, and refuses, renews and releases; one user forgets a lease of a minute. */
  async lend(): Promise<void> {
    await this.post('/getvm', { userid: FORGETFUL, minutes: 1 });
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.oneRound();
      await sleep(ROUND_MS);
    }
  }

  /**
   * Waits until the forgotten lease has ended; `GET /pool` then takes the VM back. Lends once more.
   *
   * @throws Error when the lease never ends
   */
  async outlastForgotten(): Promise<void> {
    const deadline = Date.now() + FORGOTTEN_MS;
    while ((await this.get(`/lease?userid=${FORGETFUL}`)).status === 200) {
      if (Date.now() > deadline) throw new Error(`never: the lease of ${FORGETFUL} ends at ${this.url}`);
      await sleep(ROUND_MS);
    }
    await this.get('/pool');
    await this.oneRound();
  }

  private async oneRound(): Promise<void> {
    const wishes = await Promise.all(USERS.map((userid) => this.post('/getvm', { userid })));
    const holders = USERS.filter((_, index) => wishes[index]?.status === 200);
    const [first = ''] = wishes.flatMap(({ vmId = [] }) => vmId);
    await Promise.all(holders.map((userid) => this.post('/getvm', { userid })));
    await Promise.all(holders.map((userid) => this.post('/connectvm', { userid })));
    await Promise.all(holders.map((userid) => this.post('/renewvm', { userid })));
    await this.post(`/vms/${first}/release`, { reason: 'a test' }, '/vms/{id}/release');
    await Promise.all(holders.map((userid) => this.post('/releasevm', { userid })));
    // A wrong request.
    await this.post('/getvm', { userid: '' });
    await this.get('/pool');
  }

  private async get(path: string): Promise<Answer> {
    return this.call('GET', path, path.replace(/\?.*/, ''), undefined);
  }

  private async post(path: string, body: object, route = path): Promise<Answer> {
    return this.call('POST', path, route, JSON.stringify(body));
  }

  private async call(method: string, path: string, route: string, body: string | undefined): Promise<Answer> {
    const headers = { 'content-type': 'application/json', 'x-operator': OPERATOR };
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(this.url + path, {
      method,
      headers,
      signal,
      ...(body !== undefined && { body }),
    }).catch((cause: unknown) => {
      throw new Error(`no answer to ${method} ${this.url}${path}`, { cause });
    });
    const { code, vm } = (await response.json()) as { code?: string; vm?: { id: string } };
    const answer = { route: `${method} ${route}`, status: response.status, code, vmId: vm?.id };
    this.answers.push(answer);
    return answer;
  }
}
