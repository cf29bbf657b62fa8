import { readyVm } from '../../../../lambda/client/ready.ts';
import type { Held, Vm } from '../../../../lambda/client/routes.ts';
import type { WaitForVm } from '../../login/session.ts';
import type { Context } from '../context.ts';
import { left } from '../output/times.ts';

/** Waits until a VM is ready, and shows what for. */
export function waitForVm({ output, signal, timer }: Pick<Context, 'output' | 'signal' | 'timer'>): WaitForVm {
  return async (client, held, options) => {
    if (held.vm.status !== 'starting') return readyVm(client, held);
    const progress = await output.progress();
    const onStarting = ({ vm }: Held, nextLookMs: number) => {
      progress.say(`${startingSentence(vm)}; asking again in ${left(nextLookMs)}`);
    };
    try {
      return await readyVm(client, held, { ...options, signal: options.signal ?? signal, onStarting }, timer);
    } finally {
      progress.stop();
    }
  };
}

/** Such as `i-0123 is being started: the instance is pending`. */
function startingSentence({ id, statusReason }: Vm): string {
  return `${id} is being started${statusReason === undefined ? '' : `: ${statusReason}`}`;
}
