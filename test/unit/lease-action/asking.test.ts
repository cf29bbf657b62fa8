import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { notedFetch } from '../../../scripts/lib/lease-action/asking.ts';

const GETVM = 'https://vms.example/resources/getvm';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-asking-'));
  file = path.join(folder, 'state');
  process.env.GITHUB_STATE = file;
});

afterEach(async () => {
  Reflect.deleteProperty(process.env, 'GITHUB_STATE');
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** What a killed step would leave: what it asked for, or nothing. */
async function noted(): Promise<string | undefined> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/^asked<<(?<end>.+)\n(?<value>.*)\n\k<end>$/gm)].at(-1)?.groups?.value;
}

/** What may come of a request. */
const ANSWERS = {
  grant: () => Response.json({}, { status: 200 }),
  'pool empty': () => Response.json({ code: 'pool_empty' }, { status: 503 }),
  refusal: () => Response.json({ code: 'unknown_pool' }, { status: 404 }),
  'too many': () => Response.json({ message: 'Too Many Requests' }, { status: 429 }),
  'store away': () => Response.json({ code: 'store_unavailable' }, { status: 503 }),
  gateway: () => new Response('<html>', { status: 503 }),
  'no answer': () => Promise.reject(new TypeError('fetch failed')),
};
type Outcome = keyof typeof ANSWERS;
const LENT_NOTHING: readonly Outcome[] = ['pool empty', 'refusal', 'too many'];

describe('what is saved of a request for a VM', () => {
  it('is that a VM may be lent, unless the service has refused each request', async () => {
    const outcomes = fc.array(fc.constantFrom(...(Object.keys(ANSWERS) as Outcome[])), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(outcomes, async (sequence) => {
        await writeFile(file, '');
        const send = notedFetch();
        for (const outcome of sequence) {
          jest.spyOn(globalThis, 'fetch').mockImplementation(async () => {
            expect(await noted()).toBe('{"minutes":5}');
            return ANSWERS[outcome]();
          });
          await send(new Request(GETVM, { method: 'POST', body: '{"minutes":5}' })).catch(() => undefined);
        }
        const isSure = sequence.every((outcome) => LENT_NOTHING.includes(outcome));
        expect(await noted()).toBe(isSure ? '' : '{"minutes":5}');
      }),
      { numRuns: 50 },
    );
  });

  it('is nothing for other calls', async () => {
    await writeFile(file, '');
    jest.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({}));
    await notedFetch()(new Request('https://vms.example/resources/sign-in'));
    expect(await readFile(file, 'utf8')).toBe('');
  });
});
