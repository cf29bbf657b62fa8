import { useState } from 'preact/hooks';
import type { ParametersOf } from '../../client/routes.ts';
import type { Pool, Pools } from '../api.ts';
import { Select } from '../parts/select.tsx';
import { TextArea } from '../parts/text-field.tsx';
import { firstTerms, usualTerm } from './term.ts';

/** What the user asks for. */
export type Wish = Pick<ParametersOf<'POST /getvm'>, 'pool' | 'minutes' | 'sshPublicKey'>;

/** Chooses a pool and a length, and perhaps a key of one's own. */
export function WishForm(props: {
  readonly pools: Pools;
  readonly isBusy: boolean;
  readonly onWish: (wish: Wish) => void;
}) {
  const { pools, isBusy, onWish } = props;
  const names = Object.keys(pools);
  const [pool = names.includes('default') ? 'default' : names[0], setPool] = useState<string>();
  const [wanted, setWanted] = useState<number>();
  const [key, setKey] = useState('');
  const { lease: limits, access } = (pool === undefined ? undefined : pools[pool]) ?? {};
  const terms = limits === undefined ? [] : firstTerms(limits);
  const minutes = terms.find(({ value }) => value === wanted)?.value ?? (limits && usualTerm(terms, limits));
  const submit = (event: Event) => {
    event.preventDefault();
    onWish(wishOf(pool, minutes, key.trim()));
  };
  return (
    <form class="stack" onSubmit={submit}>
      <div class="row">
        <Select label="Pool" value={pool} options={poolOptions(pools)} onChoose={setPool} />
        <Select label="For" value={minutes} options={terms} onChoose={setWanted} />
      </div>
      <OwnKey access={access} value={key} onText={setKey} />
      <div class="buttons start">
        <button type="submit" class="solid" disabled={isBusy}>
          {isBusy ? 'Getting a VM…' : 'Get a VM'}
        </button>
      </div>
    </form>
  );
}

/** The user's own key, asked for where the VMs of a pool take no other. */
function OwnKey(props: {
  readonly access: Pool['access'] | undefined;
  readonly value: string;
  readonly onText: (text: string) => void;
}) {
  const { access, ...field } = props;
  const example = 'such as the content of ~/.ssh/id_ed25519.pub';
  if (access === 'instance-connect') {
    return <TextArea {...field} rows={3} isRequired label={`Your public key (Ed25519 or RSA), ${example}`} />;
  }
  return (
    <details>
      <summary>Log in with your own SSH key</summary>
      <TextArea {...field} rows={3} label={`Your public key, ${example}`} />
    </details>
  );
}

function poolOptions(pools: Pools) {
  return Object.entries(pools).map(([value, { free }]) => {
    return { value, label: `${value} – ${free === 0 ? 'none free' : `${free} free`}` };
  });
}

/** Leaves out what nobody chose, so that the service chooses. */
function wishOf(pool: string | undefined, minutes: number | undefined, sshPublicKey: string): Wish {
  return {
    ...(pool !== undefined && { pool }),
    ...(minutes !== undefined && { minutes }),
    ...(sshPublicKey !== '' && { sshPublicKey }),
  };
}
