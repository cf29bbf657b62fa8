import { sentenceOf } from '../faults.ts';

/** Why something failed, said at once to those who listen. */
export function Fault({ fault }: { readonly fault: unknown }) {
  if (fault === undefined) return null;
  return (
    <p class="fault" role="alert">
      {sentenceOf(fault)}
    </p>
  );
}
