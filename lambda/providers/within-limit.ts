import type { Verdict } from '../pool/life.ts';

/** The verdict of a check, or that it failed because it took too long; then its signal ends it. */
export async function withinLimit(
  check: Promise<Verdict>,
  end: (reason: Error) => void,
  limitSec: number,
): Promise<Verdict> {
  const reason = `the check took longer than ${limitSec} s`;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => {
      end(new Error(reason));
      resolve({ passed: false, reason });
    }, limitSec * 1000);
  });
  try {
    return await Promise.race([check, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
