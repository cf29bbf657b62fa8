import { isAway, sentenceOf } from '../faults.ts';
import type { Live } from '../live/use-live.ts';
import { useNow } from '../live/use-now.ts';
import { clock, moment } from '../time.ts';

/** Says that the API can't be reached, since when, and when the page tries again. */
export function Away({ known }: { readonly known: Live<unknown> }) {
  const now = useNow(1000);
  const { fault, failingSince, nextAt } = known;
  if (fault === undefined || failingSince === undefined) return <p class="quiet opening">Opening…</p>;
  const since = moment(new Date(failingSince).toISOString(), now);
  return (
    <div class="banner" role="alert">
      <p>
        <strong>{isAway(fault) ? `The API has been away since ${since}.` : sentenceOf(fault)}</strong>{' '}
        {known.at !== undefined && 'The page shows what was known then. '}
        {isAway(fault) && !sentenceOf(fault).startsWith('The API does not') && sentenceOf(fault)}
      </p>
      <p class="next">
        <span aria-live="off">
          {nextAt !== undefined && nextAt > now ? `Next try in ${clock(nextAt - now)}` : 'Trying…'}
        </span>
        <button type="button" class="small" onClick={() => void known.reload()}>
          Try now
        </button>
      </p>
    </div>
  );
}
