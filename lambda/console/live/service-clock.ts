/** The clock of the service: leases and certificates end by it. That of this computer may be wrong. */

/** Differences up to this are the way of an answer and the whole seconds of its date, milliseconds. */
const INEXACT_MS = 3_000;

let aheadMs = 0;

/** The time of the service, epoch milliseconds. */
export function serviceNow(): number {
  return Date.now() + aheadMs;
}

/** Sends a request, and learns the time from the `Date` of the answer. */
export const datedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const difference = Date.parse(response.headers.get('date') ?? '') - Date.now();
  if (!Number.isNaN(difference)) aheadMs = Math.abs(difference) > INEXACT_MS ? difference : 0;
  return response;
};
