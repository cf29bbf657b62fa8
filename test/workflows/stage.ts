/** Runs the scripts of `.github/scripts` as the workflows do, with stand-ins for the programs that they call. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repository } from './files.ts';

/** What a script did. */
export interface Performance {
  readonly status: number | null;
  readonly stdout: string;
  /** Each call of a stand-in, with its arguments, in order. */
  readonly calls: readonly string[];
}

/** Answers `gh api --jq FILTER` as GitHub's client does: the filter runs on what the API answered. */
const FAKE_GH = `
filter=
for argument; do
  [ "$previous" != --jq ] || filter=$argument
  previous=$argument
done
[ -z "$filter" ] || jq --raw-output "$filter" answer.json
`;

/** A folder to run scripts in, and the programs that they find there. */
export class Stage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-workflows-'));

  /** Writes a file, by its path in the folder. */
  write(name: string, text: string, mode = 0o644): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
    return file;
  }

  /**
   * Makes a stand-in that records its arguments and then runs `body`.
   *
   * @param name - a program such as `aws`, or a path in the folder such as `scripts/terraform`
   */
  program(name: string, body: string): void {
    const file = name.includes('/') ? name : `bin/${name}`;
    this.write(file, `#!/bin/sh\nset -u\nprevious=\necho "${name} $*" >> '${this.folder}/calls'\n${body}\n`, 0o755);
  }

  /** Makes a `gh` that gets this answer from GitHub's API. */
  github(answer: unknown): void {
    this.write('answer.json', JSON.stringify(answer));
    this.program('gh', FAKE_GH);
  }

  /** Makes a `gh` that gets no answer. */
  githubFails(): void {
    this.program('gh', 'exit 1');
  }

  /** Runs one script of `.github/scripts`. The calls are those of all runs on this stage. */
  run(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Performance {
    const { status, stdout } = spawnSync(path.join(repository, '.github/scripts', script), args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${path.join(this.folder, 'bin')}:${process.env.PATH ?? ''}`,
        GITHUB_REPOSITORY: 'team/vm-pool',
        GITHUB_ACTIONS: 'true',
        ...env,
      },
    });
    return { status, stdout, calls: this.read('calls').split('\n').filter(Boolean) };
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** What a script wrote to a file of the folder; empty without that file. */
  read(name: string): string {
    const file = path.join(this.folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}
