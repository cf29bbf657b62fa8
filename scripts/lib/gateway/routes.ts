/**
 * Which route of an HTTP API a request takes.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */

/** The route a request takes and what its path variables hold. */
export interface RouteMatch {
  /** As API Gateway writes it: `POST /getvm`, `ANY /pets/{id}`, `$default` */
  readonly routeKey: string;
  readonly pathParameters?: Record<string, string>;
}

/** Finds the route of a request; `path` is without the stage and as it was sent, so still percent-encoded. */
export type RouteTable = (method: string, path: string) => RouteMatch | undefined;

interface PatternRoute extends RouteMatch {
  readonly method: string;
  readonly pattern: RegExp;
  readonly isGreedy: boolean;
}

const DEFAULT_ROUTE = '$default';

/**
 * Builds the table once, so that a request to a route without path variables costs one look-up.
 *
 * A full match wins over path variables, path variables over a greedy one, a named method over `ANY`, and `$default`
 * comes last. A path is compared as it was sent: `//getvm`, `/getvm/` and `/%67etvm` are not `/getvm`.
 */
export function routeTable(routeKeys: readonly string[]): RouteTable {
  const isPattern = (routeKey: string) => routeKey.includes('{');
  const fullMatches = new Map(routeKeys.filter((key) => !isPattern(key)).map((routeKey) => [routeKey, { routeKey }]));
  const patterns = routeKeys.filter(isPattern).map(patternRoute).sort(bySpecificity);

  return (method, path) =>
    fullMatches.get(`${method} ${path}`) ??
    fullMatches.get(`ANY ${path}`) ??
    firstPatternMatch(patterns, method, path) ??
    fullMatches.get(DEFAULT_ROUTE);
}

function firstPatternMatch(routes: readonly PatternRoute[], method: string, path: string): RouteMatch | undefined {
  for (const { routeKey, pattern, method: wanted } of routes) {
    if (wanted !== 'ANY' && wanted !== method) continue;
    const groups = pattern.exec(path)?.groups;
    if (groups) return { routeKey, pathParameters: decodedValues(groups) };
  }
  return undefined;
}

function patternRoute(routeKey: string): PatternRoute {
  const [method = '', path = ''] = routeKey.split(' ');
  const source = path
    .split(/(\{[^}]+\})/)
    .map((part) => (part.startsWith('{') ? variablePattern(part.slice(1, -1)) : escaped(part)))
    .join('');
  return { routeKey, method, pattern: new RegExp(`^${source}$`), isGreedy: path.includes('+}') };
}

function variablePattern(name: string): string {
  return name.endsWith('+') ? `(?<${name.slice(0, -1)}>.+)` : `(?<${name}>[^/]+)`;
}

/** Greedy routes last, the longer (more specific) path first, a named method before `ANY`. */
function bySpecificity(a: PatternRoute, b: PatternRoute): number {
  return (
    Number(a.isGreedy) - Number(b.isGreedy) ||
    pathLength(b.routeKey) - pathLength(a.routeKey) ||
    Number(a.method === 'ANY') - Number(b.method === 'ANY')
  );
}

function pathLength(routeKey: string): number {
  return routeKey.length - routeKey.indexOf('/');
}

function escaped(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function decodedValues(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, percentDecoded(value)]));
}

/** What cannot be decoded (`%zz`) stays as it was sent. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
