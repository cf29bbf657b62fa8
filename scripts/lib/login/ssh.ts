import type { LoginFiles } from './ssh-config.ts';

/** Options of ssh that take a value, as its own call of getopt(3) lists them. */
const WITH_VALUE = 'BDEFIJLOPQRSWbceilmopw';

/**
 * The arguments of ssh for a VM.
 *
 * @param alias - a name that the configuration knows
 * @param words - options of ssh, then the command; `--` may stand between them
 */
export function sshArguments(
  { sshConfig }: Pick<LoginFiles, 'sshConfig'>,
  alias: string,
  words: readonly string[],
): string[] {
  const { options, command } = split(words);
  return ['-F', sshConfig, ...options, alias, ...(command.length > 0 ? ['--', ...command] : [])];
}

/** The command begins at the first word that is neither an option nor the value of one. */
function split(words: readonly string[]): { options: readonly string[]; command: readonly string[] } {
  let at = 0;
  for (let word = words[at]; word?.startsWith('-') && word !== '-'; word = words[at]) {
    if (word === '--') return { options: words.slice(0, at), command: words.slice(at + 1) };
    at += wantsNext(word) ? 2 : 1;
  }
  return { options: words.slice(0, at), command: words.slice(at) };
}

/** Whether the value of an option is the next word: `-L 80:a:80`, `-vL 80:a:80`, but `-L80:a:80`. */
function wantsNext(word: string): boolean {
  return new RegExp(`^-[^${WITH_VALUE}]*[${WITH_VALUE}]$`).test(word);
}
