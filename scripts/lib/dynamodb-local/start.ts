import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { dynamoDbLocalFolder } from './install.ts';

const serverXml = fileURLToPath(new URL('server.xml', import.meta.url));

/** The last characters of what Java prints that an error quotes. */
const MOST_OF_ERRORS = 2_000;

/**
 * Runs a program for as long as standard input is open, which the system closes when this process ends in whatever way,
 * SIGKILL included: then the program is killed too. Standard output closes when the program has ended.
 *
 * DynamoDB Local answers a transaction before SQLite has committed it. Until then its journal lies in the folder, and a
 * program killed now would lose what it has acknowledged; so the shell waits for the journal to go, at most 5 s.
 */
const WHILE_STDIN_IS_OPEN = `
folder=$1; shift
"$@" </dev/null &
exec >/dev/null
cat
tries=50
while [ $tries -gt 0 ] && ls "$folder"/*-journal >/dev/null 2>&1; do sleep 0.1; tries=$((tries - 1)); done
kill -9 $!`;

/** How {@link DynamoDbLocal.start} starts it. */
export interface StartOptions {
  /** Folder, made before, of the file that keeps the tables; without one they live in memory. */
  readonly folder?: string;
}

/** AWS's DynamoDB Local on this computer, on the loopback interface. It ends with this process. */
export class DynamoDbLocal {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  private readonly process: ChildProcess;
  private stopped = false;

  private constructor(endpoint: string, ended: Promise<void>, process: ChildProcess) {
    this.endpoint = endpoint;
    this.ended = ended;
    this.process = process;
  }

  /** Starts one on a free port. @throws Error with what Java printed when it does not come up */
  static async start({ folder }: StartOptions = {}): Promise<DynamoDbLocal> {
    const shell = spawn('sh', ['-c', WHILE_STDIN_IS_OPEN, 'sh', folder ?? '', ...javaCommand(folder)], {
      cwd: await dynamoDbLocalFolder(),
      // Ctrl-C reaches only this process, which may still need the tables to answer the last requests.
      detached: true,
      env: { ...process.env, DDB_LOCAL_TELEMETRY: '0' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let errors = '';
    shell.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-MOST_OF_ERRORS)));
    const output = createInterface(shell.stdout);
    const ended = new Promise<void>((resolve) => output.once('close', resolve));
    const port = await new Promise<string>((resolve, reject) => {
      shell.once('error', reject);
      output.once('line', resolve);
      output.once('close', () => shell.stdin.end());
      // The shell closes last of all, when everything that Java printed has been read.
      shell.once('close', () => {
        reject(new Error(`DynamoDB Local did not start; Java printed:\n${errors.trim()}`));
      });
    });
    return new DynamoDbLocal(`http://127.0.0.1:${port}`, ended, shell);
  }

  /** The variables that point an AWS SDK here; the keys are valid nowhere else. */
  get variables(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_DYNAMODB: this.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
    };
  }

  /** Settings for a client of the AWS SDK. */
  get clientConfig(): DynamoDBClientConfig {
    return {
      endpoint: this.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
  }

  /** Whether it was stopped by {@link stop}. */
  get isStopped(): boolean {
    return this.stopped;
  }

  /** Ends it; tables in memory are gone then. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const closed = once(this.process, 'close');
    this.process.stdin?.end();
    await closed;
  }
}

function javaCommand(folder: string | undefined): string[] {
  const java = ['java', '-Xmx1g', '-Djava.library.path=DynamoDBLocal_lib', '-cp', 'DynamoDBLocal.jar'];
  const where = folder === undefined ? [] : ['inMemory=false', `folder=${folder}`];
  return [...java, 'org.eclipse.jetty.xml.XmlConfiguration', ...where, serverXml];
}
