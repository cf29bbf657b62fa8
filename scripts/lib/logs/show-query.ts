import type { Found } from './insights.ts';
import { runQuery } from './insights.ts';
import type { Options } from './options.ts';
import type { NamedQuery } from './queries.ts';
import { queryText } from './queries.ts';
import type { Row } from './table.ts';
import { table } from './table.ts';
import { visible } from './terminal.ts';
import type { World } from './world.ts';

/** Runs a named query and shows its rows, and beside them what it cost. */
export async function showQuery(query: NamedQuery, options: Options, world: World): Promise<void> {
  const { groups, filter, sinceMs: startMs } = options;
  const text = queryText(query, { user: filter.userId, vm: filter.vmId });
  const logGroup = groups[query.log] ?? groups.function;
  const found = await runQuery({ logGroup, text, startMs, endMs: world.clock() }, world);
  await world.write(options.json ? found.rows.map(jsonOf).join('') : table(found.rows));
  world.notice(summaryOf(found, logGroup, startMs));
}

function jsonOf(row: Row): string {
  return `${visible(JSON.stringify(row))}\n`;
}

const BYTES_OF_GB = 1024 ** 3;

/** In most regions, https://aws.amazon.com/cloudwatch/pricing/. */
const USD_FOR_A_GB = 0.005;

function summaryOf({ rows, scannedLines, scannedBytes }: Found, logGroup: string, startMs: number): string {
  const since = new Date(startMs).toISOString();
  const usd = (scannedBytes / BYTES_OF_GB) * USD_FOR_A_GB;
  const price = usd > 0 && usd < 0.01 ? 'less than $0.01' : `$${usd.toFixed(2)}`;
  return `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}; read ${scannedLines} lines, ${sizeOf(scannedBytes)}, of ${logGroup} since ${since} (${price})`;
}

function sizeOf(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** at).toFixed(at === 0 ? 0 : 1)} ${units[at] ?? ''}`;
}
