/** A page of a list, and where the next one begins. */
interface Page {
  readonly cursor?: string | undefined;
}

/** Most items that the API puts on one page. */
const LARGEST_PAGE = 200;

/**
 * Reads a list page by page, until there are enough items.
 *
 * @param read - asks for one page
 * @param itemsOf - the items on a page that are wanted
 * @param limit - how many items are enough
 */
export async function allPages<P extends Page, Item>(
  read: (page: { readonly limit: number; readonly cursor?: string }) => Promise<P>,
  itemsOf: (page: P) => readonly Item[],
  limit = Infinity,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page: P = await read({ limit: LARGEST_PAGE, ...(cursor !== undefined && { cursor }) });
    items.push(...itemsOf(page));
    cursor = page.cursor;
  } while (cursor !== undefined && items.length < limit);
  return limit === Infinity ? items : items.slice(0, limit);
}
