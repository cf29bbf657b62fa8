import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostKeyType } from './host-key.ts';
import { hostKey } from './host-key.ts';
import { sshdPath } from './install.ts';

/** The only address that a server listens on. */
const LOOPBACK = '127.0.0.1';

const STARTS_WITHIN_MS = 10_000;
const POLL_MS = 20;

/** Tries with another port, if another program has taken the free one. */
const MOST_TRIES = 5;

/**
 * Runs sshd for as long as standard input is open, which the system closes when this process ends in whatever way. Then
 * the shell kills sshd and all that its sessions run: they would outlive it. Standard output closes when sshd has ended.
 */
const WHILE_STDIN_IS_OPEN = `
killTree() {
  for child in $(ps -A -o pid= -o ppid= | awk -v parent="$1" '$2 == parent { print $1 }'); do killTree "$child"; done
  kill -KILL "$1" 2>/dev/null
}
"$@" </dev/null &
sshd=$!
exec >/dev/null
cat
killTree "$sshd"
wait`;

/** How to start a server. */
export interface SshdOptions {
  /** Id of the VM that the server stands for. */
  readonly id: string;
  /** Keeps host keys, configuration and log; made if there is none. */
  readonly folder: string;
  /** Public keys of the authorities whose certificates it takes. */
  readonly trustedKeys: readonly string[];
  /**
   * Lines of the principals file of each login name; without it, certificates for the VM's id let in the user who runs
   * this.
   */
  readonly principals?: Readonly<Record<string, readonly string[]>>;
  /** One host key of each. */
  readonly hostKeyTypes?: readonly HostKeyType[];
  /** Further lines of `sshd_config`. The first line of an option counts, and these come first. */
  readonly config?: readonly string[];
  /** A free one by default. */
  readonly port?: number;
}

/**
 * One VM to log in to: an SSH server (OpenSSH) on this computer, run by root or by any other user, who then logs in as
 * oneself. It lets in holders of certificates only, and ends with this process.
 */
export class Sshd {
  private constructor(
    readonly id: string,
    readonly port: number,
    /** `ssh-ed25519 AAAA...` */
    readonly hostKeys: readonly string[],
    /** Files: each line of its log, its configuration. */
    readonly logFile: string,
    private readonly process: ChildProcess,
  ) {}

  /** Who logs in unless {@link SshdOptions.principals} says otherwise. */
  readonly username = userInfo().username;
  readonly address = LOOPBACK;

  /** Starts a server and waits until it listens. @throws Error with its log when it does not */
  static async start(options: SshdOptions): Promise<Sshd> {
    const types = options.hostKeyTypes ?? ['ed25519'];
    await mkdir(path.join(options.folder, 'principals'), { recursive: true, mode: 0o700 });
    const keys = await Promise.all(types.map((type) => hostKey(options.folder, type)));
    const publicKeys = keys.map(({ publicKey }) => publicKey);
    for (let tries = 1; ; tries++) {
      const port = options.port ?? (await freePort());
      const config = await configure(
        options,
        port,
        keys.map(({ file }) => file),
      );
      const logFile = path.join(options.folder, 'log');
      const child = await run(config, logFile);
      const fault = await faultOf(child, logFile);
      if (fault === undefined) return new Sshd(options.id, port, publicKeys, logFile, child);
      const isPortTaken = fault.includes('Address already in use');
      if (!isPortTaken || options.port !== undefined || tries === MOST_TRIES) throw new Error(`no sshd:\n${fault}`);
    }
  }

  /** What it has logged. */
  log(): Promise<string> {
    return readFile(this.logFile, 'utf8');
  }

  /** Ends it, its sessions and all that they run. */
  async stop(): Promise<void> {
    await end(this.process);
  }
}

async function configure(options: SshdOptions, port: number, keyFiles: readonly string[]): Promise<string> {
  const { folder, id, trustedKeys, config = [] } = options;
  const principals = options.principals ?? { [userInfo().username]: [id] };
  const file = (name: string) => path.join(folder, name);
  const lines = [
    ...config,
    `ListenAddress ${LOOPBACK}:${port}`,
    ...keyFiles.map((key) => `HostKey ${key}`),
    'PidFile none',
    `TrustedUserCAKeys ${file('ca.pub')}`,
    `AuthorizedPrincipalsFile ${file('principals/%u')}`,
    'AuthorizedKeysFile none',
    'AuthenticationMethods publickey',
    'PermitRootLogin yes',
    // Without PAM any user can run it. The folder may lie where others can write, as below /tmp.
    'UsePAM no',
    'StrictModes no',
    'LogLevel VERBOSE',
    // What scp and Ansible copy files by.
    'Subsystem sftp internal-sftp',
    // It refuses a crowd of new connections at random by default.
    'MaxStartups 1000',
  ];
  await Promise.all([
    write(file('ca.pub'), trustedKeys),
    ...Object.entries(principals).map(([username, allowed]) => write(file(`principals/${username}`), allowed)),
    write(file('sshd_config'), lines),
  ]);
  return file('sshd_config');
}

function write(file: string, lines: readonly string[]): Promise<void> {
  return writeFile(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
}

async function run(config: string, logFile: string): Promise<ChildProcess> {
  // The server of root keeps its half without rights there.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  await rm(logFile, { force: true });
  const sshd = [sshdPath(), '-D', '-f', config, '-E', logFile];
  // Detached, since Ctrl-C is for this process, which then ends the server.
  return spawn('sh', ['-c', WHILE_STDIN_IS_OPEN, 'sh', ...sshd], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Waits until a server listens. @returns its log, if it does not come up */
async function faultOf(child: ChildProcess, logFile: string): Promise<string | undefined> {
  const ended = once(child.stdout ?? child, 'close');
  child.stdout?.resume();
  const log = () => readFile(logFile, 'utf8').catch(() => '');
  for (const deadlineMs = Date.now() + STARTS_WITHIN_MS; Date.now() < deadlineMs;) {
    if (/^Server listening on /m.test(await log())) return undefined;
    if (await Promise.race([ended, sleep(POLL_MS)])) break;
  }
  await end(child);
  return log();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
}

/** A port that was free a moment ago: sshd can't choose one itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
