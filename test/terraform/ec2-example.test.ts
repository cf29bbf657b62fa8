/** The example of an EC2 pool has an inventory that the service takes, whatever its variables say. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from '@cdktn/hcl2json';
import { beforeAll, expect, it } from '@jest/globals';
import { parseInventory } from '../../lambda/providers/inventory/parse.ts';

const file = fileURLToPath(new URL('../../terraform/examples/ec2-pool/main.tf', import.meta.url));

/** What stands in for the expressions of Terraform in it. */
const VALUES: Readonly<Record<string, unknown>> = {
  '${(local.pool)}': 'default',
  '${var.public_addresses ? "public-dns" : "private-ip"}': 'private-ip',
  '${var.min_running}': 1,
  '${var.timezone}': 'UTC',
};

let inventory: unknown;

beforeAll(async () => {
  const { locals } = (await parse('main.tf', readFileSync(file, 'utf8'))) as { locals: { inventory: unknown }[] };
  inventory = locals[0]?.inventory;
});

it.each(['command', 'reboot', 'replace-root-volume'])('with the reset %s', (reset) => {
  const text = JSON.stringify(inventory);
  const filled = Object.entries<unknown>({ ...VALUES, '${var.reset}': reset }).reduce(
    (done, [expression, value]) => done.replaceAll(JSON.stringify(expression), JSON.stringify(value)),
    text,
  );
  expect(filled).not.toContain('${');
  expect(parseInventory(filled).pools.default).toMatchObject({ reset, ec2: { username: 'tester' } });
});
