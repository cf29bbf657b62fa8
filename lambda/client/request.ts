/** Parameters of a call by name, wherever they travel. */
export type AnyParameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** Those that have a value. */
type Values = Map<string, string | number | boolean>;

/**
 * The request of a call: `{id}` is filled in the path; the other parameters are the body of a POST or the query of a
 * GET. A parameter that is undefined is left out.
 *
 * @param url - base URL of the API, without a slash at its end
 * @param init - headers and signal
 */
export function requestOf(url: string, route: string, parameters: AnyParameters, init: RequestInit): Request {
  const [method = '', template = ''] = route.split(' ');
  const values = valuesOf(parameters);
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(taken(values, name)));
  // A token or a signature never follows a redirect to somewhere else.
  const request = { ...init, method, redirect: 'error' as const };
  if (method !== 'POST') return new Request(url + path + queryOf(values), request);
  const headers = { 'content-type': 'application/json', ...(init.headers as Record<string, string>) };
  return new Request(url + path, { ...request, headers, body: JSON.stringify(Object.fromEntries(values)) });
}

function valuesOf(parameters: AnyParameters): Values {
  const values: Values = new Map();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) values.set(name, value);
  return values;
}

/** Takes a parameter of the path out of the others. */
function taken(values: Values, name: string): string {
  const value = values.get(name);
  if (value === undefined) throw new TypeError(`the parameter ${name} is missing`);
  values.delete(name);
  return String(value);
}

/** Not by `URLSearchParams`, which writes a space as `+`: a signature covers it as `%20`. */
function queryOf(values: Values): string {
  const pairs = [...values].map((pair) => pair.map(encodeURIComponent).join('='));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
