import { afterEach, describe, expect, it } from '@jest/globals';
import { readInputs } from '../../../scripts/lib/lease-action/inputs.ts';

const GIVEN = { url: 'https://vms.example/resources/', minutes: '30', wait: '10m', audience: 'vm-pool' };

/** What the action reads when the workflow says this. */
function read(inputs: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries({ ...GIVEN, ...inputs }))
    process.env[`INPUT_${name.toUpperCase()}`] = value;
  return readInputs();
}

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('INPUT_')) Reflect.deleteProperty(process.env, name);
});

describe('the inputs of lease-vm', () => {
  it('are a URL, a wish and a wait; what is empty is left out', () => {
    expect(read({ pool: '', user: ' rig ' })).toEqual({
      url: 'https://vms.example/resources',
      wish: { minutes: 30 },
      waitMs: 600_000,
      user: 'rig',
      audience: 'vm-pool',
    });
  });

  it.each([
    { inputs: { wait: '0' }, waitMs: 0 },
    { inputs: { wait: '90s' }, waitMs: 90_000 },
    { inputs: { wait: '1h30m' }, waitMs: 5_400_000 },
  ])('wait $inputs.wait is $waitMs ms', ({ inputs, waitMs }) => {
    expect(read(inputs).waitMs).toBe(waitMs);
  });

  it.each([
    { inputs: { url: '' }, says: /^url must be the URL of the API/ },
    { inputs: { url: 'vm-pool.example' }, says: /; it is "vm-pool.example"$/ },
    { inputs: { url: 'https://vms.example/?stage=resources' }, says: /^url must/ },
    { inputs: { minutes: '0' }, says: /^minutes must be a whole number from 1; it is "0"$/ },
    { inputs: { minutes: '1.5' }, says: /^minutes must/ },
    { inputs: { wait: '10' }, says: /^wait must be a time such as 90s, 10m or 2h; it is "10"$/ },
  ])('refuse $inputs', ({ inputs, says }) => {
    expect(() => read(inputs)).toThrow(says);
  });
});
