import { useEffect, useState } from 'preact/hooks';

/**
 * The time, epoch milliseconds; the component is drawn again as often as this changes.
 *
 * @param read - `serviceNow` for what the service ends
 */
export function useNow(everyMs: number, read: () => number = Date.now): number {
  const [now, setNow] = useState(read);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(read());
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs]);
  return now;
}
