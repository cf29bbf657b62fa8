import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder with dashboards, rules and the example of a configuration. */
export const GRAFANA = fileURLToPath(new URL('../../../terraform/grafana/', import.meta.url));

/** What a run of promtool came to. */
export interface Checked {
  readonly status: number | null;
  /** What it wrote to both streams. */
  readonly output: string;
}

/** Runs promtool. @param folder - where it looks up files */
export function promtool(args: readonly string[], folder = GRAFANA, input = ''): Checked {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: path.resolve(folder), input });
  return { status, output: `${stdout.toString()}${stderr.toString()}` };
}
