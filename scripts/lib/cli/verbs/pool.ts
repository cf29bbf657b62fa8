import type { AnswerOf } from '../../../../lambda/client/routes.ts';
import { misuse } from '../command-error.ts';
import type { Style } from '../output/output.ts';
import { facts, table } from '../output/table.ts';
import { minutesText } from '../output/times.ts';
import type { Run } from '../verb.ts';

type Pools = AnswerOf<'GET /pool'>['pools'];
type Pool = Pools[string];

/** Shows all pools, or one with how it is lent. */
export const run: Run = async ({ client, output, signal }, { words: [name] }) => {
  const answer = await (await client()).call('GET /pool', {}, { signal });
  if (typeof name !== 'string') await output.answer(answer, ({ pools }, style) => allText(pools, style));
  else await output.answer({ pools: { [name]: poolNamed(answer.pools, name) } }, oneText);
  return undefined;
};

function poolNamed(pools: Pools, name: string): Pool {
  const pool = Object.hasOwn(pools, name) ? pools[name] : undefined;
  if (pool !== undefined) return pool;
  throw misuse(`there is no pool ${name}; the pools are ${Object.keys(pools).join(', ')}`);
}

function allText(pools: Pools, style: Style): string {
  const rows = Object.entries(pools).map(([name, pool]) => [
    name,
    freeText(pool, style),
    ...[pool.leased, pool.checking, pool.quarantined, pool.drained].map(String),
    minutesText(pool.lease.defaultMinutes),
    minutesText(pool.lease.maxMinutes),
    pool.description ?? '',
  ]);
  return table(['pool', 'free', 'leased', 'checking', 'quarantined', 'drained', 'lease', 'longest', ''], rows, style);
}

function oneText({ pools }: { readonly pools: Pools }, style: Style): string {
  const shown = Object.entries(pools).map(([name, pool]) => {
    const { lease, aliases, access, check, reset, description } = pool;
    return facts(
      {
        Pool: style.bold(name),
        Description: description,
        'Other names': aliases.length === 0 ? undefined : aliases.join(', '),
        VMs: countsText(pool, style),
        Lease: `${minutesText(lease.defaultMinutes)}; with renewals ${minutesText(lease.maxMinutes)} at most`,
        Access: access,
        'Between users': `reset: ${reset}, check: ${check}`,
      },
      style,
    );
  });
  return shown.join('\n\n');
}

function countsText(pool: Pool, style: Style): string {
  const others = ['leased', 'checking', 'quarantined', 'drained'] as const;
  return [`${freeText(pool, style)} free`, ...others.map((state) => `${pool[state]} ${state}`)].join(', ');
}

function freeText({ free }: Pool, { green, red }: Style): string {
  return free > 0 ? green(String(free)) : red('0');
}
