/** The commands by which a step talks to the runner: `::add-mask::secret`, `::error::text`. */
const COMMAND = /^::(?<name>[\w-]+)(?: [^:]*)?::(?<value>.*)$/;

/**
 * What the runner shows of a step: it takes commands out, and hides each secret from the line on that names it.
 *
 * @param known - secrets that earlier steps have named
 * @returns the log, and the secrets that this step has named
 */
export function shownLog(raw: string, known: readonly string[]): { readonly log: string; readonly secrets: string[] } {
  const secrets: string[] = [];
  const shown: string[] = [];
  for (const line of raw.split('\n')) {
    const { name, value = '' } = COMMAND.exec(line)?.groups ?? {};
    if (name === 'add-mask') secrets.push(unescaped(value));
    else if (name !== 'debug')
      shown.push(masked(name === undefined ? line : `${name}: ${unescaped(value)}`, [...known, ...secrets]));
  }
  return { log: shown.join('\n'), secrets };
}

function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((sofar, secret) => sofar.replaceAll(secret, '***'), text);
}

/** https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
function unescaped(value: string): string {
  return value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
