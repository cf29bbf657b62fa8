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
  const hasPower = Object.values(pools).some(({ power }) => power !== undefined);
  const rows = Object.entries(pools).map(([name, pool]) => [
    name,
    freeText(pool, style),
    ...(hasPower ? [pool.power === undefined ? '' : String(pool.power.stopped)] : []),
    ...[pool.leased, pool.checking, pool.quarantined, pool.drained].map(String),
    minutesText(pool.lease.defaultMinutes),
    minutesText(pool.lease.maxMinutes),
    pool.description ?? '',
  ]);
  const stopped = hasPower ? ['stopped'] : [];
  const states = ['leased', 'checking', 'quarantined', 'drained'];
  return table(['pool', 'free', ...stopped, ...states, 'lease', 'longest', ''], rows, style);
}

function oneText({ pools }: { readonly pools: Pools }, style: Style): string {
  const shown = Object.entries(pools).map(([name, pool]) => {
    const { lease, aliases, access, check, reset, description, power } = pool;
    return facts(
      {
        Pool: style.bold(name),
        Description: description,
        'Other names': aliases.length === 0 ? undefined : aliases.join(', '),
        VMs: countsText(pool, style),
        Power: power && powerText(power),
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

function powerText({ running, stopped, minRunning, hoursSaved }: NonNullable<Pool['power']>): string {
  const hours = hoursSaved.toFixed(hoursSaved < 10 ? 1 : 0);
  return `of the free VMs ${running} run and ${stopped} are stopped; ${minRunning} are to run; ${hours} h saved`;
}

function freeText({ free }: Pool, { green, red }: Style): string {
  return free > 0 ? green(String(free)) : red('0');
}
