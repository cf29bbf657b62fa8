import { useState } from 'preact/hooks';
import type { OperatedVm } from '../api.ts';
import { isRefused } from '../faults.ts';
import { useAction } from '../live/use-action.ts';
import { announce } from '../parts/announce.ts';
import { Fault } from '../parts/fault.tsx';
import { Modal } from '../parts/modal.tsx';
import { TextArea, TextField } from '../parts/text-field.tsx';
import type { Session } from '../session/session.ts';
import type { Order } from './orders.ts';
import { ORDERS } from './orders.ts';

/** An order for a VM. */
export interface Ordered {
  readonly order: Order;
  readonly vm: OperatedVm;
}

/** Asks why, and carries the order out. A VM that shows a new host key comes back only with its fingerprint. */
export function OrderDialog(props: {
  readonly session: Session;
  readonly ordered: Ordered;
  readonly onDone: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const { order, vm } = props.ordered;
  const { verb, explanation, isHarsh } = ORDERS[order];
  const [reason, setReason] = useState('');
  const [hostKey, setHostKey] = useState('');
  const [shownKeys, setShownKeys] = useState<readonly string[]>();
  const carryOut = useAction(async () => {
    await send(props.session, props.ordered, reason.trim(), hostKey.trim());
    announce(`${verb}: done for ${vm.id}`);
    props.onClose();
    await props.onDone();
  });
  if (isRefused(carryOut.fault, 'host_key_changed') && shownKeys === undefined) {
    setShownKeys(hostKeysIn(carryOut.fault.problem));
  }
  const submit = (event: Event) => {
    event.preventDefault();
    void carryOut.run();
  };
  return (
    <Modal title={`${verb} ${vm.id}`} onClose={props.onClose}>
      <p>{explanation(vm)}</p>
      <form class="stack" onSubmit={submit}>
        <TextArea
          label="Reason, kept in the events"
          rows={2}
          isRequired
          isFirst
          maxLength={500}
          value={reason}
          onText={setReason}
        />
        {shownKeys !== undefined && <HostKey keys={shownKeys} value={hostKey} onInput={setHostKey} />}
        <Fault fault={carryOut.fault} />
        <div class="buttons">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" class={isHarsh ? 'solid danger' : 'solid'} disabled={carryOut.isBusy}>
            {verb}
          </button>
        </div>
      </form>
    </Modal>
  );
}

async function send({ client }: Session, { order, vm: { id } }: Ordered, reason: string, hostKey: string) {
  if (order !== 'return') return client.call(`POST /vms/{id}/${order}`, { id, reason });
  return client.call('POST /vms/{id}/return', { id, reason, ...(hostKey !== '' && { hostKey }) });
}

function hostKeysIn({ hostKeys }: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(hostKeys) ? hostKeys.map(String) : [];
}

function HostKey(props: {
  readonly keys: readonly string[];
  readonly value: string;
  readonly onInput: (key: string) => void;
}) {
  const { keys, value, onInput } = props;
  return (
    <fieldset>
      <legend>The VM has another host key</legend>
      <p>
        It may be another computer. Ask on its console: <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code>.
        The inventory, or the console of an EC2 instance, now names {keys.length === 0 ? 'no key.' : 'these keys:'}
      </p>
      {keys.map((key) => (
        <code key={key} class="block">
          {key}
        </code>
      ))}
      <TextField
        label="Fingerprint that you saw, SHA256:…"
        value={value}
        onText={onInput}
        input={{ required: true, pattern: '\\s*SHA256:[A-Za-z0-9+\\/]{43}\\s*' }}
      />
    </fieldset>
  );
}
