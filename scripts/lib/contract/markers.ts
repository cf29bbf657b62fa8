const MARKED = /<!-- BEGIN ([a-z ]+) -->\n[^]*?<!-- END \1 -->/g;

/**
 * A README with each table written between its markers.
 *
 * @throws Error when a marker names a table that does not exist
 */
export function withTables(readme: string, tables: Readonly<Record<string, string>>): string {
  return readme.replace(MARKED, (_, name: string) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`no table ${name}; the tables are ${Object.keys(tables).join(', ')}`);
    return `<!-- BEGIN ${name} -->\n${table}\n<!-- END ${name} -->`;
  });
}

/** The tables that stand in a README. */
export function tablesIn(readme: string): string[] {
  return [...readme.matchAll(MARKED)].map(([, name = '']) => name);
}
