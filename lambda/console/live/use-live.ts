import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Known, PollerOptions } from './poller.ts';
import { Poller } from './poller.ts';

/** The current knowledge, and a way to ask at once. */
export type Live<Value> = Known<Value> & { readonly reload: () => Promise<void> };

/** Keeps asking while the page is seen. `options` count once: they belong to the first render. */
export function useLive<Value>(
  options: Pick<PollerOptions<Value>, 'load' | 'everyMs' | 'isFinal'>,
  isWanted = true,
): Live<Value> {
  const [known, setKnown] = useState<Known<Value>>({});
  const poller = useMemo(() => new Poller({ ...options, isVisible: () => !document.hidden, onChange: setKnown }), []);
  useEffect(() => {
    if (!isWanted) return undefined;
    const wake = () => {
      poller.wake();
    };
    wake();
    document.addEventListener('visibilitychange', wake);
    globalThis.addEventListener('online', wake);
    return () => {
      document.removeEventListener('visibilitychange', wake);
      globalThis.removeEventListener('online', wake);
      poller.stop();
    };
  }, [poller, isWanted]);
  return { ...known, reload: () => poller.reload() };
}
