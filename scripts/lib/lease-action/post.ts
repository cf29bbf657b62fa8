/** The post step: runs however the job ended, and gives the VM back. It never fails a job. */
import { rm } from 'node:fs/promises';
import { warning } from '@actions/core';
import { giveBack } from './give-back.ts';
import { endKeeper } from './keeper.ts';
import type { LeftBehind } from './loan.ts';
import { leftBehind } from './loan.ts';
import { worded } from './wording.ts';

const left = leftBehind();
if (left !== undefined) await tidyUp(left);

async function tidyUp(remains: LeftBehind): Promise<void> {
  const { loan, keeperPid } = remains;
  for (const line of await endKeeper(loan, keeperPid)) warning(`The renewal of the lease reports: ${line}`);
  try {
    await giveBack(remains);
  } catch (error) {
    warning(notGivenBack(remains, error));
  }
  await rm(loan.folder, { recursive: true, force: true });
}

function notGivenBack({ granted }: LeftBehind, error: unknown): string {
  const why = worded(error);
  if (granted === undefined)
    return `The step ended while it asked for a VM, and can't find out whether one is lent: ${why}`;
  const { vmId } = granted;
  return `${vmId} was not given back: ${why}. Its lease ends by itself; an operator can end it now: vm-pool force-release ${vmId}`;
}
