/**
 * The API of the page that was loaded from a path: `/resources` and `/resources/` at the API's own address, and `/`
 * behind a custom domain.
 */
export function apiUrlOf({ origin, pathname }: Pick<Location, 'origin' | 'pathname'>): string {
  return origin + pathname.replace(/\/+$/, '');
}
