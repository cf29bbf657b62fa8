import Table from 'cli-table3';
import type { Style } from './output.ts';

const EDGES = ['top', 'bottom', 'left', 'right', 'mid'] as const;

/** No lines: columns two spaces apart, as they can be cut and searched. */
const CHARS = {
  ...Object.fromEntries(
    EDGES.flatMap((edge) => [edge, `${edge}-mid`, `${edge}-left`, `${edge}-right`].map((name) => [name, ''])),
  ),
  middle: '  ',
};

const PLAIN = { chars: CHARS, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } };

/** Rows below a line of names. */
export function table(names: readonly string[], rows: readonly (readonly string[])[], { bold }: Style): string {
  const shown = new Table({ ...PLAIN, head: names.map((name) => bold(name)) });
  shown.push(...rows.map((row) => [...row]));
  return trimmed(shown.toString());
}

/** What is known of one thing: a line each, names to the left. Undefined values are left out. */
export function facts(pairs: Readonly<Record<string, string | undefined>>, { dim }: Style): string {
  const shown = new Table(PLAIN);
  for (const [name, value] of Object.entries(pairs)) if (value !== undefined) shown.push([dim(name), value]);
  return trimmed(shown.toString());
}

function trimmed(text: string): string {
  return text.replace(/ +$/gm, '');
}
