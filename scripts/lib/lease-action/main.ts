/** The main step: borrows a VM for the job, says how to reach it, and starts what renews the lease. */
import { setFailed } from '@actions/core';
import { LoginFolder } from '../login/folder.ts';
import { announce, maskKey } from './announce.ts';
import { notedFetch } from './asking.ts';
import { readInputs } from './inputs.ts';
import { startKeeper } from './keeper.ts';
import { beginLoan, noteGranted, noteKeeper } from './loan.ts';
import { openService } from './service.ts';
import { refuseWithoutSsh, takeVm, untilReady } from './take.ts';
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
  const { publicKey: sshPublicKey } = folder;
  const { signal } = cancelled;
  const grant = await takeVm(service, loan, { ...service.who, ...wish, sshPublicKey }, { waitMs, signal });
  noteGranted({ leaseId: grant.lease.id, vmId: grant.vm.id });
  const held = await untilReady(service, grant, { sshPublicKey, signal });
  const { vm, lease } = held;
  noteGranted({ leaseId: lease.id, vmId: vm.id });
  maskKey(vm.privateKey ?? '');
  refuseWithoutSsh(vm);
  await folder.adopt(lease.id);
  announce(held, await folder.write(vm, lease));
  noteKeeper(startKeeper({ loan, lease, minutes: wish.minutes, jobPid: process.ppid }));
}
