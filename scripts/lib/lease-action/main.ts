/** The main step: borrows a VM for the job, says how to reach it, and starts what renews the lease. */
import { setFailed } from '@actions/core';
import { LoginFolder } from '../login/folder.ts';
import { announce, maskKey } from './announce.ts';
import { notedFetch } from './asking.ts';
import { readInputs } from './inputs.ts';
import { startKeeper } from './keeper.ts';
import { beginLoan, noteGranted, noteKeeper } from './loan.ts';
import { openService } from './service.ts';
import { takeVm } from './take.ts';
import { worded } from './wording.ts';

// The runner sends SIGINT to a cancelled job, and 7.5 seconds later SIGTERM.
const cancelled = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    cancelled.abort(new Error('the job was cancelled'));
  });
}

try {
  await leaseVm();
} catch (error) {
  setFailed(worded(error));
}

async function leaseVm(): Promise<void> {
  const { wish, waitMs, ...inputs } = readInputs();
  const loan = beginLoan(inputs);
  const service = await openService(loan, notedFetch());
  const folder = await LoginFolder.prepare(loan.folder);
  const asked = { ...service.who, ...wish, sshPublicKey: folder.publicKey };
  const grant = await takeVm(service, loan, asked, { waitMs, signal: cancelled.signal });
  const { vm, lease } = grant;
  noteGranted({ leaseId: lease.id, vmId: vm.id });
  maskKey(vm.privateKey ?? '');
  await folder.adopt(lease.id);
  announce(grant, await folder.write(vm, lease));
  noteKeeper(startKeeper({ loan, lease, minutes: wish.minutes, jobPid: process.ppid }));
}
