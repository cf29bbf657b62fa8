import type { HeldVm } from '../api.ts';
import { useNow } from '../live/use-now.ts';
import { clock } from '../time.ts';

/** What the user's VM waits for while it is being started. @param props.nextAt - when the page looks again, epoch ms */
export function Starting({ vm, nextAt = 0 }: { readonly vm: HeldVm; readonly nextAt: number | undefined }) {
  const now = useNow(1000);
  return (
    <>
      <p class="waiting">
        <span class="pulse" aria-hidden="true" />
        <span>
          <strong>Being started</strong>
          {vm.statusReason !== undefined && `: ${vm.statusReason}`}. Next look in {clock(nextAt - now)}.
        </span>
      </p>
      <p class="quiet">The VM is yours, and its time begins when it is ready. Its id may change until then.</p>
    </>
  );
}

/** What to do about a VM that no longer exists. */
export function Gone({ vm }: { readonly vm: HeldVm }) {
  return (
    <p class="fault" role="alert">
      {vm.id} no longer exists{vm.statusReason !== undefined && `: ${vm.statusReason}`}. Give it back, then get another
      VM.
    </p>
  );
}
