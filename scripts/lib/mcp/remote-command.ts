/** What a client wants to run on its VM. */
export interface RemoteCommand {
  /** For the login shell of the VM's user. */
  readonly command: string;
  /** Folder on the VM; the home folder by default. */
  readonly workingFolder?: string | undefined;
  readonly seconds: number;
}

/**
 * `$1` is the command, `$2` the folder, `$3` the time in seconds. A VM goes on with a command after its ssh client has
 * gone, so the VM itself has to end it, where it has the means.
 */
const SCRIPT = [
  'cd -- "$2" || exit',
  'if command -v timeout >/dev/null 2>&1; then exec timeout "$3" "${SHELL:-/bin/sh}" -c "$1"; fi',
  'exec "${SHELL:-/bin/sh}" -c "$1"',
].join('; ');

/** Exit code of `timeout` when the time was over, in GNU's coreutils and in newer versions of BusyBox. */
export const TIMED_OUT = 124;

/** One line for the login shell, of whatever kind. ssh joins words by spaces, so it is one word. */
export function remoteLine({ command, workingFolder, seconds }: RemoteCommand): string {
  const folder = workingFolder === undefined ? '"$HOME"' : quoted(workingFolder);
  return `exec sh -c ${quoted(SCRIPT)} sh ${quoted(command)} ${folder} ${seconds}`;
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
