import { useEffect, useState } from 'preact/hooks';
import type { OperatedVm } from '../api.ts';
import type { Session } from '../session/session.ts';
import { sinceIn, situationOf, withoutSince } from './since.ts';

/** VMs that are asked for with each list, so at most 60 a minute: callers may send 120 requests. */
const AT_ONCE = 10;

/** Events of a VM that are read. */
const LIMIT = 20;

/** The VMs with their `since`, which comes a moment later for VMs that are out of use. */
export function useSince({ client }: Session, vms: readonly OperatedVm[]): readonly OperatedVm[] {
  const [known, setKnown] = useState<ReadonlyMap<string, string | undefined>>(new Map());
  useEffect(() => {
    const asked = withoutSince(vms, known).slice(0, AT_ONCE);
    if (asked.length === 0) return undefined;
    let isCurrent = true;
    const ask = async (vm: OperatedVm) => {
      const { events } = await client.call('GET /events', { vm: vm.id, limit: LIMIT });
      return [situationOf(vm), sinceIn(events, vm.state)] as const;
    };
    // A list without these times serves too; the next list asks again.
    void Promise.allSettled(asked.map(ask)).then((results) => {
      const found = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      if (isCurrent && found.length > 0) setKnown(new Map([...known, ...found]));
    });
    return () => {
      isCurrent = false;
    };
  }, [vms]);
  return vms.map((vm) => (vm.since === undefined ? withSince(vm, known.get(situationOf(vm))) : vm));
}

function withSince(vm: OperatedVm, since: string | undefined): OperatedVm {
  return since === undefined ? vm : { ...vm, since };
}
