import { useState } from 'preact/hooks';

/** Something that a person starts: whether it runs, and why it failed. */
export interface Action<Args extends readonly unknown[]> {
  readonly isBusy: boolean;
  readonly fault: unknown;
  /** @returns whether it succeeded */
  readonly run: (...args: Args) => Promise<boolean>;
  readonly clear: () => void;
}

/** Runs one thing at a time, and keeps its fault until the next run. */
export function useAction<Args extends readonly unknown[]>(work: (...args: Args) => Promise<void>): Action<Args> {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const run = async (...args: Args) => {
    if (isBusy) return false;
    setBusy(true);
    setFault(undefined);
    try {
      await work(...args);
      return true;
    } catch (error) {
      setFault(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const clear = () => {
    setFault(undefined);
  };
  return { isBusy, fault, run, clear };
}
