import { expect, it } from '@jest/globals';
import { NOON_SEC } from '../support/pool/lending.ts';
import { callers } from './contract/callers.ts';
import { NOON } from './contract/client.ts';
import { getVm } from './contract/getvm.ts';
import { leases } from './contract/leases.ts';
import { logLines } from './contract/log-lines.ts';
import { service } from './contract/service.ts';
import { wrongRequests } from './contract/wrong-requests.ts';
import { inEachMode } from './in-each-mode.ts';

inEachMode(3, (served, authorization) => {
  getVm(served);
  leases(served);
  service(served);
  wrongRequests(served);
  logLines(served);
  callers(served, authorization);
});

it('starts the clock of these tests at noon', () => {
  expect(NOON_SEC * 1000).toBe(Date.parse(NOON));
});
