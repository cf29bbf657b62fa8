import { useEffect, useRef, useState } from 'preact/hooks';
import type { Held } from '../api.ts';
import { useAction } from '../live/use-action.ts';
import { announce } from '../parts/announce.ts';
import { Card } from '../parts/card.tsx';
import { Fault } from '../parts/fault.tsx';
import { Modal } from '../parts/modal.tsx';
import { Countdown } from './countdown.tsx';
import { LoginPanel } from './login-panel.tsx';
import type { MineProps } from './props.ts';
import { Renew } from './renew.tsx';
import { Gone, Starting } from './unready.tsx';

interface HeldProps extends MineProps {
  readonly grant: Held;
  readonly onRelease: (leaseId: string) => void;
}

/** A card about the VM that the user holds: how long, how to log in, how to keep it, how to give it back. */
export function HeldVmCard(props: HeldProps) {
  const { mine, grant } = props;
  const { status } = grant.vm;
  const [isLeaving, setLeaving] = useState(false);
  useReadiness(grant);
  const giveBack = (
    <button
      type="button"
      class="danger"
      onClick={() => {
        setLeaving(true);
      }}
    >
      Give back…
    </button>
  );
  return (
    <Card title="Your VM" aside={giveBack} class="held">
      <p class="vm-name">
        <strong>{grant.vm.id}</strong> <span class="tag">{grant.vm.pool}</span>
      </p>
      {status === 'starting' && <Starting vm={grant.vm} nextAt={mine.nextAt} />}
      {status === 'gone' && <Gone vm={grant.vm} />}
      {status === 'ready' && <Usable {...props} />}
      {isLeaving && (
        <GiveBack
          {...props}
          onClose={() => {
            setLeaving(false);
          }}
        />
      )}
    </Card>
  );
}

/** Says that a VM that was being started is ready. */
function useReadiness({ vm: { id, status } }: Held): void {
  const last = useRef(status);
  useEffect(() => {
    if (last.current === 'starting' && status === 'ready') announce(`${id} is ready`);
    last.current = status;
  }, [status]);
}

function Usable({ session, mine, pools, grant }: HeldProps) {
  return (
    <>
      <Countdown key={grant.lease.id} lease={grant.lease} onEnd={() => void mine.reload()} />
      <Renew session={session} mine={mine} grant={grant} limits={pools.value?.[grant.vm.pool]?.lease} />
      <LoginPanel session={session} grant={grant} />
    </>
  );
}

/** Asks once more: work on the VM is lost. */
function GiveBack(props: HeldProps & { readonly onClose: () => void }) {
  const { session, mine, pools, grant, onRelease, onClose } = props;
  const { vm, lease } = grant;
  const release = useAction(async () => {
    await session.client.call('POST /releasevm', { ...session.who, leaseId: lease.id });
    announce(`${vm.id} was given back`);
    onRelease(lease.id);
    onClose();
    await Promise.all([mine.reload(), pools.reload()]);
  });
  return (
    <Modal title={`Give ${vm.id} back?`} onClose={onClose}>
      <p>Save your work first. The VM is made clean for its next user, and you can’t log in any more.</p>
      <Fault fault={release.fault} />
      <div class="buttons">
        <button type="button" data-first="" onClick={onClose}>
          Keep it
        </button>
        <button type="button" class="danger solid" disabled={release.isBusy} onClick={() => void release.run()}>
          {`Give ${vm.id} back`}
        </button>
      </div>
    </Modal>
  );
}
