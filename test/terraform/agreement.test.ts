/** Terraform and the function are written in two languages and have to say the same. */
import { expect, it } from '@jest/globals';
import { parse } from '@cdktn/hcl2json';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../lambda/config.ts';
import { OPERATOR_ROUTE_KEYS } from '../../lambda/http/operator-routes.ts';
import { ROUTE_KEYS } from '../../lambda/http/routes.ts';
import { readConfiguration } from '../../scripts/lib/terraform-docs/configuration.ts';

const root = fileURLToPath(new URL('../../terraform/', import.meta.url));

it('API Gateway routes the very calls that the function answers, and keeps the same ones for operators', async () => {
  const { locals } = (await parse('main.tf', readFileSync(`${root}main.tf`, 'utf8'))) as {
    locals: { route_keys: string[]; operator_route_keys: string[] }[];
  };
  expect(locals.flatMap(({ route_keys }) => route_keys).sort()).toEqual([...ROUTE_KEYS].sort());
  expect(locals.flatMap(({ operator_route_keys }) => operator_route_keys).sort()).toEqual(
    [...OPERATOR_ROUTE_KEYS].sort(),
  );
});

it("the defaults of Terraform's variables are the function's own", async () => {
  const { inputs } = await readConfiguration(root);
  const defaultOf = (name: string) => String(inputs.find((input) => input.name === name)?.default);
  const config = loadConfig({
    STORE: defaultOf('pool_store'),
    EVENTS_KEPT_DAYS: defaultOf('events_kept_days'),
    LEASE_DEFAULT_MINUTES: defaultOf('lease_default_minutes'),
    LEASE_MAX_MINUTES: defaultOf('lease_max_minutes'),
    CHECK_MAX_FAILURES: defaultOf('check_max_failures'),
    CHECK_BACKOFF_SECONDS: defaultOf('check_backoff_seconds'),
    CHECK_TIMEOUT_SECONDS: defaultOf('check_timeout_seconds'),
    MOCK_FAILING_VMS: defaultOf('mock_failing_vms'),
  });
  expect(config).toEqual(loadConfig({}));
});
