import { script } from '@bomb.sh/tab';
import { BASH } from '../completion/bash.ts';
import { printedBy } from '../completion/printed.ts';
import type { Run } from '../verb.ts';

/** Prints the script that completes command lines in a shell. */
export const run: Run = async ({ output }, { words: [shell] }) => {
  const lines =
    shell === 'bash'
      ? [BASH]
      : printedBy(() => {
          script(String(shell), 'vm-pool', 'vm-pool');
        });
  output.print(lines.join('\n'));
  return undefined;
};
