/** What a person does at an OpenID provider, done by a program: follows redirects, keeps cookies, submits forms. */
export interface Visit {
  readonly user: string;
  /** Refuses when asked to allow the client */
  readonly refuses?: boolean;
}

/** Most pages of one visit. */
const MOST_PAGES = 20;

/**
 * Opens a page of the provider, such as an authorization request or the `verification_uri_complete` of the device flow,
 * and signs in.
 *
 * @returns the URL away from the provider to which the visit leads, not opened; undefined when it ends at the provider
 * @throws Error when the provider shows an error
 */
export async function visitProvider(start: string, visit: Visit): Promise<string | undefined> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(start);
  let next: Request | undefined = new Request(start);
  for (let page = 0; next !== undefined && page < MOST_PAGES; page += 1) {
    if (new URL(next.url).origin !== origin) return next.url;
    const { url }: Request = next;
    next.headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response: Response = await fetch(next, { redirect: 'manual' });
    keepCookies(cookies, response);
    next = await following(response, url, visit);
  }
  return undefined;
}

function keepCookies(cookies: Map<string, string>, { headers }: Response): void {
  for (const cookie of headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}

/** @returns the request that follows from an answer; undefined after the last page */
async function following(response: Response, url: string, visit: Visit): Promise<Request | undefined> {
  const location = response.headers.get('location');
  if (location !== null) return new Request(new URL(location, url));
  const page = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${String(response.status)}: ${page}`);
  if (!page.includes('<form')) return undefined;
  const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1] ?? url;
  return new Request(new URL(action, url), { method: 'POST', body: filledIn(page, visit) });
}

function filledIn(page: string, { user, refuses = false }: Visit): URLSearchParams {
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const fields = new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, value]));
  const userCode = /value="([^"]+)"[^>]* name="user_code"/.exec(page)?.[1];
  if (userCode !== undefined) fields.set('user_code', userCode);
  if (page.includes('name="user"')) fields.set('user', user);
  else if (refuses && page.includes('name="refuse"')) fields.set('refuse', 'yes');
  return fields;
}
