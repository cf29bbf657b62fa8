import { isIPv4, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { LOOPBACK_HOST } from '../gateway/loopback.ts';

/** The values of `Host` that a server answers to. */
export interface KnownHosts {
  /** @param host - the header, with or without a port */
  includes(host: string): boolean;
  /** The hosts in words, for the refusal of another one */
  readonly description: string;
}

/** For a server that only this computer can reach. */
export const LOOPBACK_HOSTS: KnownHosts = {
  includes: (host) => LOOPBACK_HOST.test(host),
  description: '127.0.0.1, localhost and [::1]',
};

/**
 * For a server that other computers can reach, and that asks nobody who they are: every name that no stranger can lead
 * here. DNS rebinding needs a domain of the attacker, and so a name with a dot. Nobody can register `.local`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6762#section-3 `.local`
 */
export function networkHosts(machine = hostname()): KnownHosts {
  const isKnown = (name: string) =>
    isIPv4(name) || /^[\w-]+(\.local)?$/.test(name) || name === machine.toLowerCase() || isIPv6(unbracketed(name));
  return {
    includes: (host) => isKnown(host.toLowerCase().replace(/:\d{1,5}$/, '')),
    description: `an IP address, a name without a dot, a name under .local, and ${machine}`,
  };
}

function unbracketed(host: string): string {
  return /^\[(.*)\]$/.exec(host)?.[1] ?? '';
}
