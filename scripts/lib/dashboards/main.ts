/** Writes Grafana's dashboards, see `scripts/dashboards`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { cloudWatchDashboard } from './cloudwatch.ts';
import { prometheusDashboard } from './prometheus.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const isCheck = process.argv.includes('--check');

for (const dashboard of [prometheusDashboard(), cloudWatchDashboard()]) {
  const name = `terraform/grafana/${dashboard.uid ?? ''}.json`;
  const file = path.join(root, name);
  const text = await format(JSON.stringify(dashboard), { ...(await resolveConfig(file)), filepath: file });
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) {
    console.error(`${name} is out of date; run scripts/dashboards`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`${name} brought up to date`);
  }
}
