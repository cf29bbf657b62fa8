import type { Pool, Pools } from '../api.ts';
import { STATES } from '../api.ts';
import type { Live } from '../live/use-live.ts';
import { Card } from '../parts/card.tsx';
import { Unknown } from '../parts/unknown.tsx';
import { length } from '../time.ts';
import { powerText, shownStates, spokenCounts, STATE_WORDS, totalOf } from './counts.ts';

/** More VMs than this are a bar instead of a square each. */
const MOST_SQUARES = 72;

/** All pools, as pictures and as numbers. */
export function PoolsCard({ pools }: { readonly pools: Live<Pools> }) {
  const { value } = pools;
  const entries = Object.entries(value ?? {});
  return (
    <Card title={entries.length === 1 ? 'The pool' : 'The pools'} isBusy={value === undefined}>
      {value === undefined && <Unknown asked="Looking at the pools…" fault={pools.fault} />}
      {value !== undefined && entries.length === 0 && <p class="quiet">No pool has a VM yet.</p>}
      {entries.map(([name, pool]) => (
        <PoolView key={name} name={name} pool={pool} />
      ))}
    </Card>
  );
}

function PoolView({ name, pool }: { readonly name: string; readonly pool: Pool }) {
  const { defaultMinutes, maxMinutes } = pool.lease;
  return (
    <article class="pool" aria-label={`Pool ${name}`}>
      <h3>
        {name} {pool.aliases.length > 0 && <span class="quiet">also {pool.aliases.join(', ')}</span>}
      </h3>
      {pool.description !== undefined && <p class="quiet">{pool.description}</p>}
      <Picture name={name} pool={pool} />
      <dl class="counts">
        {shownStates(pool).map((state) => (
          <div key={state}>
            <dt>
              <i class={`vm ${state}`} aria-hidden="true" /> {STATE_WORDS[state]}
            </dt>
            <dd>{pool[state]}</dd>
          </div>
        ))}
      </dl>
      {pool.power !== undefined && <p class="quiet small-text">{powerText(pool.power)}</p>}
      <p class="quiet small-text">
        Lent for {length(defaultMinutes)} unless you choose, {length(maxMinutes)} at most.
      </p>
    </article>
  );
}

/** A square for each VM, or a bar where there are too many. */
function Picture({ name, pool }: { readonly name: string; readonly pool: Pool }) {
  const label = spokenCounts(name, pool);
  if (totalOf(pool) > MOST_SQUARES) {
    return (
      <div class="picture bars" role="img" aria-label={label}>
        {STATES.filter((state) => pool[state] > 0).map((state) => (
          <i key={state} class={`vm ${state}`} style={{ flexGrow: pool[state] }} />
        ))}
      </div>
    );
  }
  return (
    <div class="picture" role="img" aria-label={label}>
      {STATES.flatMap((state) =>
        Array.from({ length: pool[state] }, (_, at) => <i key={`${state}${at}`} class={`vm ${state}`} />),
      )}
    </div>
  );
}
