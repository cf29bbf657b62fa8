import { describe, expect, it } from '@jest/globals';
import { vmToolsMissing } from './namespace-vm.ts';

/** Describes tests on VMs of namespaces. Without what they need they are left out by name; in CI that fails. */
export function describeOnVms(name: string, tests: () => void): void {
  const missing = vmToolsMissing().map((tool) => `${tool.name} is missing (${tool.install})`);
  if (missing.length === 0) describe(name, tests);
  else if (process.env.CI === 'true')
    it(`${name}: has VMs to run on`, () => {
      expect(missing).toEqual([]);
    });
  else describe.skip(`${name}: ${missing.join('; ')}`, tests);
}
