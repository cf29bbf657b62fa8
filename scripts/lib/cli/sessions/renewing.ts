import path from 'node:path';
import { Refused, Unreachable } from '../../../../lambda/client/refused.ts';
import type { Renewing } from '../../login/renewing-config.ts';
import { isFresh, removeHost, writeHost } from '../../login/renewing-config.ts';
import type { Holder, Session } from '../../login/session.ts';
import { heldSession } from '../../login/session.ts';
import type { Context } from '../context.ts';
import { warn } from './beside.ts';
import { assertSsh, holderOf, holdsNone } from './holder.ts';
import { ownCommand } from './own-command.ts';

/** How connections are to be renewed. */
export interface RenewingOptions {
  readonly alias: string;
  readonly identity?: string;
  /** Minutes that the lease is to last from each connection. */
  readonly for?: number;
}

/** Certificates are valid for five minutes: so long after a renewal one still opens the VM, milliseconds. */
const USABLE_MS = 240_000;

/** The configuration that stays, and the command in it. */
export function renewingOf(context: Context, { alias, identity, for: minutes }: RenewingOptions): Renewing {
  const words = ['ssh-config', '--refresh', '--alias', alias];
  if (identity !== undefined) words.push('--identity', path.resolve(identity));
  if (minutes !== undefined) words.push('--for', `${minutes}m`);
  return { alias, folder: path.join(context.stateFolder, 'ssh'), command: ownCommand(context, words) };
}

/**
 * What ssh runs before each connection: renews the login, and the lease if that is wished.
 *
 * @throws CommandError when there is no VM to log in to; ssh then finds no address
 */
export async function refresh(context: Context, config: Renewing, options: RenewingOptions): Promise<void> {
  if (await isFresh(config)) return;
  try {
    await renew(context, config, options);
  } catch (error) {
    if (!(error instanceof Unreachable) || !(await isFresh(config, USABLE_MS))) throw error;
    warn(context, `${error.message}; the login is still good for a while`);
  }
}

async function renew(context: Context, config: Renewing, options: RenewingOptions): Promise<void> {
  const holder = await holderOf(context, options.identity);
  const session = await heldSession(holder);
  if (session === undefined) {
    await removeHost(config);
    throw holdsNone();
  }
  assertSsh(session);
  await renewLease(holder, session, options.for);
  await writeHost(config, session);
}

async function renewLease({ client, who }: Holder, { lease }: Session, minutes?: number): Promise<void> {
  if (minutes === undefined) return;
  try {
    await client.call('POST /renewvm', { ...who, leaseId: lease.id, minutes });
  } catch (error) {
    // It has its greatest length; the connection is still welcome.
    if (!(error instanceof Refused) || error.code !== 'lease_too_long') throw error;
  }
}
