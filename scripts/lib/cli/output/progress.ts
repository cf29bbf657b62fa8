import spinner from 'yocto-spinner';
import { visible } from '../../logs/terminal.ts';
import type { Sink } from '../world.ts';

/** Shows what a command waits for. */
export interface Progress {
  say(sentence: string): void;
  stop(): void;
}

/** Nobody wants to see it. */
export const silent: Progress = { say: () => undefined, stop: () => undefined };

/** One line that changes, on the terminal behind the process's stderr. The process handles signals itself. */
export function spinning(): Progress {
  const line = spinner({ handleSignals: false });
  return {
    say: (sentence) => {
      line.text = visible(sentence);
      line.start();
    },
    stop: () => {
      line.stop();
    },
  };
}

/** A line for each change, for a log. */
export function plain(stderr: Sink): Progress {
  let last = '';
  return {
    say: (sentence) => {
      if (sentence !== last) stderr.write(`${visible(sentence)}\n`);
      last = sentence;
    },
    stop: () => undefined,
  };
}
