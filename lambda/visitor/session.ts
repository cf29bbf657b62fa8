import type { Stream } from '@microsoft/dev-tunnels-ssh';
import { SshAuthenticationType, SshChannelOpenFailureReason, SshClientSession } from '@microsoft/dev-tunnels-ssh';
import { configuration } from './algorithms.ts';
import type { Connection } from './connection.ts';
import { harmless, VisitFault } from './fault.ts';
import { fingerprint, parseHostKey } from './host-key.ts';
import { readVersion } from './version.ts';

/**
 * Exchanges keys with a VM and verifies its host key. No credential is sent.
 * @throws VisitFault when the VM shows another key than one of `hostKeys`, or does not speak SSH
 */
export async function openSession(connection: Connection, hostKeys: readonly string[]): Promise<SshClientSession> {
  const known = hostKeys.map(parseHostKey);
  const session = new SshClientSession(configuration(known));
  let shown: Buffer | null | undefined;
  session.onAuthenticating((event) => {
    if (event.authenticationType !== SshAuthenticationType.serverPublicKey) return;
    event.authenticationPromise = (async () => {
      shown = await event.publicKey?.getPublicKeyBytes();
      return known.some(({ blob }) => shown?.equals(blob)) ? {} : null;
    })();
  });
  session.onChannelOpening((event) => {
    if (event.isRemoteRequest) event.failureReason = SshChannelOpenFailureReason.administrativelyProhibited;
  });
  let farewell = '';
  session.onClosed(({ message }) => (farewell = message));
  try {
    await session.connect(transportOf(connection));
  } catch (error) {
    throw error instanceof VisitFault ? error : new VisitFault(reasonOf(error, farewell));
  }
  if (!(await session.authenticateServer())) throw wrongKey(shown);
  session.onClosed(({ message }) => {
    connection.fail(`ended the session: "${harmless(message)}"`);
  });
  return session;
}

function wrongKey(shown: Buffer | null | undefined): VisitFault {
  const wrong = fingerprint(shown ?? Buffer.alloc(0));
  return new VisitFault(`wrong host key: ${wrong}`, wrong);
}

/** What the library calls a part of the key exchange that both sides must agree on, and what operators know it as. */
const AGREEMENTS: readonly (readonly [RegExp, string])[] = [
  [/^Failed KeyExchange negotiation/, 'key exchange method'],
  [/^Failed PublicKey negotiation/, 'type of host key'],
  [/^Failed \w+Encryption negotiation/, 'cipher'],
  [/^Failed \w+ negotiation/, 'way to protect messages'],
];

/** @param farewell - what the VM said when it ended the session */
function reasonOf(error: unknown, farewell: string): string {
  if (farewell !== '') return `ended the session: "${harmless(farewell)}"`;
  const message = error instanceof Error ? error.message : '';
  const missing = AGREEMENTS.find(([pattern]) => pattern.test(message))?.[1];
  return missing === undefined ? `breaks the SSH protocol: ${harmless(message)}` : `offers no ${missing} that is safe`;
}

/** Gives the library the connection's bytes, the checked version first. Writes never fail: the connection does. */
function transportOf(connection: Connection): Stream {
  const version = readVersion(connection).then((line) => {
    connection.doing = 'exchanging keys';
    connection.putBack(`${line}\r\n`);
  });
  // The library waits for it, but maybe not yet.
  version.catch(() => undefined);
  return {
    read: async (count) => {
      await version;
      return connection.read(count);
    },
    write: async (bytes) => {
      connection.write(bytes);
    },
    close: async () => undefined,
    dispose: () => undefined,
    closed: () => ({ dispose: () => undefined }),
    isDisposed: false,
  };
}
