import type { SshChannel, SshClientSession } from '@microsoft/dev-tunnels-ssh';
import { CommandRequestMessage } from '@microsoft/dev-tunnels-ssh';
import type { VisitLogin } from '../pool/visit.ts';
import { REFUSED_LOGIN } from '../pool/visit.ts';
import { certifiedKey } from './certified-key.ts';
import type { Connection } from './connection.ts';
import { harmless, VisitFault } from './fault.ts';

/** What is kept of the output of a command, bytes. */
const MOST_OUTPUT = 4096;

/** How a command has ended. */
export interface CommandEnd {
  readonly exitStatus: number;
  /** The first of what it wrote to standard output, or to standard error if that was all it wrote. */
  readonly output: string;
}

/**
 * Logs in with a certificate and runs one command.
 * @throws VisitFault when the VM refuses either, or the command ends without an exit status
 */
export async function runCommand(
  session: SshClientSession,
  connection: Connection,
  login: VisitLogin,
): Promise<CommandEnd> {
  connection.doing = 'logging in';
  if (!(await logIn(session, login))) throw new VisitFault(`${REFUSED_LOGIN} as ${login.username}`);
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
  // The form without a callback leaves a rejection unhandled when the key can't sign, which would end this process.
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
