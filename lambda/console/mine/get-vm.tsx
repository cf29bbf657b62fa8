import { useState } from 'preact/hooks';
import { isRefused } from '../faults.ts';
import { useAction } from '../live/use-action.ts';
import { announce } from '../parts/announce.ts';
import { Card } from '../parts/card.tsx';
import { Fault } from '../parts/fault.tsx';
import { newKey } from './new-key.ts';
import type { MineProps } from './props.ts';
import { Waiting } from './waiting.tsx';
import type { Wish } from './wish-form.tsx';
import { WishForm } from './wish-form.tsx';

/** The way to a VM: choose, ask, and wait if none is free. */
export function GetVm(props: MineProps & { readonly note: string | undefined }) {
  const { session, mine, pools, note } = props;
  const [wish, setWish] = useState<Wish>();
  const get = useAction(async (wanted: Wish) => {
    setWish(wanted);
    const { vm } = await session.client.call(
      'POST /getvm',
      { ...session.who, ...wanted },
      { idempotencyKey: newKey() },
    );
    announce(`${vm.id} is ${vm.status === 'starting' ? 'being started' : 'yours'}`);
    await Promise.all([mine.reload(), pools.reload()]);
  });
  const isEmpty = isRefused(get.fault, 'pool_empty');
  const hasOne = isRefused(get.fault, 'already_allocated');
  return (
    <Card title="Get a VM">
      {note !== undefined && <p class="note">{note}</p>}
      {isEmpty && wish !== undefined ? (
        <Waiting {...props} wish={wish} onStop={get.clear} />
      ) : (
        <WishForm pools={pools.value ?? {}} isBusy={get.isBusy} onWish={(wanted) => void get.run(wanted)} />
      )}
      {!isEmpty && <Fault fault={get.fault} />}
      {hasOne && (
        <button type="button" onClick={() => void mine.reload()}>
          Show it
        </button>
      )}
    </Card>
  );
}
