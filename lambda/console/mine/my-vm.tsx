import { useRef, useState } from 'preact/hooks';
import type { Held } from '../api.ts';
import { Card } from '../parts/card.tsx';
import { Unknown } from '../parts/unknown.tsx';
import { GetVm } from './get-vm.tsx';
import { HeldVmCard } from './held-vm.tsx';
import type { MineProps } from './props.ts';

/** The user's own VM, or the way to one. */
export function MyVm({ session, mine, pools }: MineProps) {
  const ended = useEndedVm(mine.value);
  const [releasedId, setReleasedId] = useState<string>();
  if (mine.value === undefined) {
    return (
      <Card title="Your VM" isBusy={mine.fault === undefined}>
        <Unknown asked="Looking for your VM…" fault={mine.fault} />
      </Card>
    );
  }
  return mine.value === null ? (
    <GetVm session={session} mine={mine} pools={pools} note={ended && noteOf(ended, releasedId)} />
  ) : (
    <HeldVmCard session={session} mine={mine} pools={pools} grant={mine.value} onRelease={setReleasedId} />
  );
}

function noteOf({ vm, lease }: Held, releasedId: string | undefined): string {
  if (lease.id === releasedId) return `${vm.id} was given back.`;
  return `${vm.id} is no longer yours: its lease ended, it was given back elsewhere, or an operator took it back.`;
}

/** The VM that the user held until it was taken back, by them or by somebody else. */
function useEndedVm(grant: Held | null | undefined): Held | undefined {
  const last = useRef<Held | undefined>(undefined);
  if (grant !== undefined && grant !== null) last.current = grant;
  return last.current;
}
