import { execFile } from 'node:child_process';
import type { Variables } from '../client/identity-options.ts';

/** What a program left behind. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program, which may end with any status. */
export type Run = (program: string, args: readonly string[]) => Promise<Ran>;

/** A program is not on this computer. */
export class ProgramMissing extends Error {}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** @param env - the environment of the programs @throws {@link ProgramMissing} from what it returns */
export function runner(env: Variables): Run {
  return (program, args) =>
    new Promise((resolve, reject) => {
      execFile(program, args, { env, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
        if (error === null) resolve({ status: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr });
        else if (error.code === 'ENOENT') reject(new ProgramMissing(`${program} is not installed`));
        else reject(new Error(`${program}: ${error.message}`, { cause: error }));
      });
    });
}

/** The last line that is not empty: where programs say what failed. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
