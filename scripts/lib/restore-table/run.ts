import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { OperatorStore } from '../../../lambda/pool/ports.ts';
import { contentsOf } from './contents.ts';
import type { Fates } from './fencing.ts';
import { fatesOf, takeOut } from './fencing.ts';
import type { Options } from './options.ts';
import { comparison, fateLines, shown, switchLines } from './report.ts';
import { carryOver, protect } from './settings.ts';
import type { Ports, Window } from './table.ts';
import { CannotRestore, describe, restore, untilActive, windowOf } from './table.ts';

/** What a run needs besides the tables. */
export interface Surroundings {
  /** Makes the store over a table. */
  readonly storeOf: (tableName: string) => Pick<OperatorStore, 'status' | 'change'>;
  /** Whether the function of the environment can't run, so that nobody borrows meanwhile. */
  readonly isStopped: () => Promise<boolean>;
}

/** Two users get one VM only if somebody switches to a table that was compared while the old one went on. */
const RUNNING = [
  'ATTENTION: the service runs. What people borrow or give back from now on is not in this comparison.',
  'Before you switch, stop the service and restore again, to another second.',
];

/**
 * Restores a table as the options say; a run that was interrupted goes on where it stopped.
 *
 * @throws {@link CannotRestore}, and what DynamoDB says
 */
export async function run(options: Options, ports: Ports, around: Surroundings): Promise<void> {
  const { source, target } = options;
  const from = await describe(ports, source);
  if (from === undefined)
    throw new CannotRestore(`there is no table ${source}; check --table, --region and AWS_PROFILE`);
  const there = await describe(ports, target);
  if (there === undefined) await begin(options, ports);
  else if (there.RestoreSummary?.SourceTableArn !== from.TableArn) {
    throw new CannotRestore(`there is a table ${target} already, and it was not restored from ${source}`);
  }
  if (await isComplete(ports, there)) {
    ports.say(`${target} is complete, and may be in use: this only compares`);
    await compare(options, ports, from);
  } else if (!options.isMeant) {
    if (there !== undefined) ports.say(`${target} is not complete yet; --yes goes on with it`);
    return;
  } else await complete(options, ports, from, around);
  ['', ...switchLines(options)].forEach(ports.say);
}

/** The last thing that a run turns on is point-in-time recovery. */
async function isComplete(ports: Ports, table: TableDescription | undefined): Promise<boolean> {
  return table?.TableStatus === 'ACTIVE' && (await windowOf(ports, String(table.TableName))) !== undefined;
}

/** Makes the restored table ready to take over. */
async function complete(options: Options, ports: Ports, from: TableDescription, around: Surroundings): Promise<void> {
  const { source, target, atMs } = options;
  await untilActive(ports, target);
  ports.say(`${target} is active, as of ${shown(atMs)}`);
  say(ports, 'carried over', await carryOver(ports, source, target));
  const { out } = await compare(options, ports, from);
  const reason = `restored as of ${shown(atMs)}: return it when nobody uses it`;
  await takeOut(around.storeOf(target), out, reason, ports.clock());
  say(ports, 'turned on', await protect(ports, source, target));
  if (!(await around.isStopped())) ['', ...RUNNING].forEach(ports.say);
}

/** Starts the restore, or says that it would. @throws {@link CannotRestore} when the table can't go back to that time */
async function begin({ source, target, atMs, isMeant }: Options, ports: Ports): Promise<void> {
  const window = await windowOf(ports, source);
  ports.say(`${source} can be restored ${worded(window)}`);
  if (window === undefined) throw new CannotRestore(`${source} has no point-in-time recovery`);
  if (atMs < window.fromMs || atMs > window.toMs) throw new CannotRestore(`not to ${shown(atMs)}`);
  if (!isMeant) {
    ports.say(`would restore ${target}, as of ${shown(atMs)}; nothing has changed. --yes does it`);
    return;
  }
  ports.say(`restores ${target}, as of ${shown(atMs)}; this takes some minutes or more`);
  await restore(ports, source, target, atMs);
}

function worded(window: Window | undefined): string {
  return window === undefined ? 'to no time' : `from ${shown(window.fromMs)} to ${shown(window.toMs)}`;
}

async function compare({ source, target }: Options, ports: Ports, from: TableDescription): Promise<Fates> {
  // Leaves half of a capped table to the service.
  const cap = from.OnDemandThroughput?.MaxReadRequestUnits;
  const old = await contentsOf(ports, source, cap === undefined ? undefined : cap / 2);
  const restored = await contentsOf(ports, target);
  const fates = fatesOf(old, restored, Math.floor(ports.clock() / 1_000));
  [...comparison(old, restored), ...fateLines(fates)].forEach(ports.say);
  return fates;
}

function say(ports: Ports, what: string, set: readonly string[]): void {
  ports.say(`${what}: ${set.join(', ') || 'nothing'}`);
}
