/** Dashboard, alarms and saved queries on an emulated AWS, as an environment comes, shrinks and goes. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { defaultThresholds } from '../support/cloudwatch/default-thresholds.ts';
import { WATCHED } from '../support/cloudwatch/planned-watch.ts';
import { inventoryOf } from '../support/emulated-aws/inventory.ts';
import { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { TerraformCopy } from '../support/terraform.ts';
import { copyTerraform, runTerraform, terraformEnvironment } from '../support/terraform.ts';

const MINUTE_MS = 60_000;
const NO_CHANGES = 0;

let aws: EmulatedAws;
let copy: TerraformCopy;

beforeAll(async () => {
  aws = await EmulatedAws.start();
  copy = copyTerraform();
  await terraform('init', '-backend=false');
}, MINUTE_MS);

afterAll(async () => {
  copy.remove();
  await aws.stop();
});

it(
  'makes an alarm for each pool and one for all, and leaves nothing behind',
  async () => {
    await apply({ pools: ['default', 'gpu'] });
    const { alarms, savedQueries, dashboards } = await inventoryOf(aws);
    expect(alarms).toEqual(expect.arrayContaining(['vm-pool-dev', 'vm-pool-dev-empty-pool-gpu']));
    expect(savedQueries.length).toBeGreaterThan(3);
    expect(dashboards).toEqual([WATCHED.name]);
    expect((await terraform('plan', '-detailed-exitcode')).exitCode).toBe(NO_CHANGES);

    // AWS keeps an alarm as long as the rule of another one names it.
    await apply({ pools: ['default'], table: null, visitor: null });
    const fewer = alarms.filter((name) => !/-gpu$|-table-|-inventory-|-visitor-/.test(name));
    expect((await inventoryOf(aws)).alarms).toEqual(fewer);

    expect((await terraform('destroy', '-auto-approve')).exitCode).toBe(0);
    expect(await inventoryOf(aws)).toMatchObject({ alarms: [], savedQueries: [], dashboards: [] });
  },
  2 * MINUTE_MS,
);

/** @param changes - of the inputs of module `cloudwatch` */
async function apply(changes: object): Promise<void> {
  const inputs = { ...WATCHED, alarms: defaultThresholds(), ...changes };
  writeFileSync(path.join(folder(), 'terraform.tfvars.json'), JSON.stringify(inputs));
  const { exitCode, stdout, stderr } = await terraform('apply', '-auto-approve');
  expect(exitCode === 0 ? '' : stdout + stderr).toBe('');
}

function terraform(...args: string[]) {
  return runTerraform(folder(), args, terraformEnvironment(aws.variables));
}

function folder(): string {
  return path.join(copy.root, 'modules/cloudwatch');
}
