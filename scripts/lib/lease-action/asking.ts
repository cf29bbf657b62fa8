import type { Wish } from './loan.ts';
import { noteAsked } from './loan.ts';

/**
 * Makes a `fetch` that saves, before each `POST /getvm` leaves, that a VM may be lent, and afterwards whether that is
 * still so. If the step is killed or loses the network meanwhile, the post step looks for the lease.
 */
export function notedFetch(): typeof fetch {
  /** A request got no answer that says whether a VM is lent. It may still be carried out. */
  let isUnsure = false;
  return async (input, init) => {
    const request = new Request(input, init);
    if (request.method !== 'POST' || !request.url.endsWith('/getvm')) return fetch(request);
    noteAsked((await request.clone().json()) as Wish);
    const wasUnsure = isUnsure;
    isUnsure = true;
    const response = await fetch(request);
    isUnsure = wasUnsure || !(await isRefusal(response));
    if (!isUnsure) noteAsked(undefined);
    return response;
  };
}

/** Whether the service says that this request has lent nothing. */
async function isRefusal(response: Response): Promise<boolean> {
  if (response.status !== 503) return response.status >= 400 && response.status < 500;
  const body = (await response
    .clone()
    .json()
    .catch(() => undefined)) as { readonly code?: unknown } | undefined;
  return body?.code === 'pool_empty';
}
