import { AwsError } from './error.ts';

/** A part of a list, and where the next part begins. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Opaque. Undefined or empty on the last page. */
  readonly nextToken: string | undefined;
}

/** Most pages of one list. AWS allows 1,000 instances on a page, and nobody has so many. */
const MOST_PAGES = 100;

/**
 * Reads a list page by page. A page may be empty, and others still follow.
 * @throws AwsError when the list does not end
 */
export async function allPages<Item>(
  service: string,
  read: (nextToken: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, nextToken: next } = await read(nextToken);
    all.push(...items);
    if (next === undefined || next === '') return all;
    nextToken = next;
  }
  throw new AwsError(service, 'TooManyPages', 200);
}
