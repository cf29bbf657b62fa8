/** Sessions with VMs. The SSH library is loaded with this module, and only for visits that need it. */
import type { SshChannel, Stream } from '@microsoft/dev-tunnels-ssh';
import {
  CommandRequestMessage,
  SshAuthenticationType,
  SshChannelOpenFailureReason,
  SshClientSession,
} from '@microsoft/dev-tunnels-ssh';
import type { VisitLogin } from '../pool/visit.ts';
import { configuration } from './algorithms.ts';
import { certifiedKey } from './certified-key.ts';
import type { Connection } from './connection.ts';
import { harmless, VisitFault } from './fault.ts';
import { fingerprint, parseHostKey } from './host-key.ts';
import { readVersion } from './version.ts';

/** What is kept of the output of a command, bytes. */
const MOST_OUTPUT = 4096;

/** How a command has ended. */
export interface CommandEnd {
  readonly exitStatus: number;
  /** The first of what it wrote to standard output, or to standard error if that was all it wrote. */
  readonly output: string;
}

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

/**
 * Logs in with a certificate and runs one command. @throws VisitFault when the VM refuses either, or the command ends
 * without an exit status
 */
export async function runCommand(
  session: SshClientSession,
  connection: Connection,
  login: VisitLogin,
): Promise<CommandEnd> {
  connection.doing = 'logging in';
  if (!(await logIn(session, login))) throw new VisitFault(`refuses the log-in as ${login.username}`);
  connection.doing = 'running the command';
  const channel = await session.openChannel().catch((error: unknown) => {
    throw new VisitFault(`refuses a session: ${harmless(String(error))}`);
  });
  const ended = endOf(channel);
  const request = new CommandRequestMessage();
  request.command = login.command;
  request.wantReply = true;
  if (!(await channel.request(request))) throw new VisitFault('refuses to run the command');
  return ended;
}

async function logIn(session: SshClientSession, login: VisitLogin): Promise<boolean> {
  const { algorithm, keyPair } = certifiedKey(login);
  session.config.publicKeyAlgorithms.push(algorithm);
  const credentials = { username: login.username, publicKeys: [keyPair] };
  // With the callback: without it the library leaves the rejections of its own promise to nobody.
  return new Promise((resolve, reject) => {
    session
      .authenticateClient(credentials, (error, isIn) => {
        if (error === undefined) resolve(isIn === true);
        else reject(error);
      })
      .catch(reject);
  });
}

/** Collects the output of a command until its channel closes. */
function endOf(channel: SshChannel): Promise<CommandEnd> {
  const [output, errors] = [new Head(), new Head()];
  channel.onDataReceived((data) => {
    output.add(data);
    channel.adjustWindow(data.length);
  });
  channel.onExtendedDataReceived(({ data }) => {
    errors.add(data);
    channel.adjustWindow(data.length);
  });
  return new Promise((resolve, reject) => {
    channel.onClosed(({ exitStatus, exitSignal }) => {
      if (exitStatus !== undefined) resolve({ exitStatus, output: output.text || errors.text });
      else
        reject(
          new VisitFault(`the command ended ${exitSignal ? `by SIG${harmless(exitSignal)}` : 'without a status'}`),
        );
    });
  });
}

/** The first bytes of a stream. */
class Head {
  private readonly bytes = Buffer.alloc(MOST_OUTPUT);
  private length = 0;

  /** Copies what fits: the library reads the next packet into the same memory. */
  add(data: Buffer): void {
    this.length += data.copy(this.bytes, this.length);
  }

  get text(): string {
    return this.bytes.toString('utf8', 0, this.length);
  }
}
