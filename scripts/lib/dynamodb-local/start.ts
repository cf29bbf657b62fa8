import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { dynamoDbLocalFolder } from './install.ts';

const serverXml = fileURLToPath(new URL('server.xml', import.meta.url));

/**
 * Runs a program for as long as standard input is open, which the system closes when this process ends in whatever way,
 * SIGKILL included: then the program is killed too. Standard output closes when the program has ended.
 */
const WHILE_STDIN_IS_OPEN = '"$@" </dev/null & exec >/dev/null; cat; kill -9 $!';

/** AWS's DynamoDB Local on this computer: in memory, on the loopback interface, and gone with this process. */
export class DynamoDbLocal {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly #process: ChildProcess;

  private constructor(endpoint: string, process: ChildProcess) {
    this.endpoint = endpoint;
    this.#process = process;
  }

  /** Starts one on a free port, empty. @throws Error with what Java printed when it does not come up */
  static async start(): Promise<DynamoDbLocal> {
    const folder = await dynamoDbLocalFolder();
    const java = ['java', '-Xmx1g', '-Djava.library.path=DynamoDBLocal_lib', '-cp', 'DynamoDBLocal.jar'];
    const command = [...java, 'org.eclipse.jetty.xml.XmlConfiguration', serverXml];
    const shell = spawn('sh', ['-c', WHILE_STDIN_IS_OPEN, 'sh', ...command], {
      cwd: folder,
      // Ctrl-C is for this process, which ends it when it has no more use for it.
      detached: true,
      env: { ...process.env, DDB_LOCAL_TELEMETRY: '0' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let errors = '';
    shell.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const port = await new Promise<string>((resolve, reject) => {
      shell.once('error', reject);
      createInterface(shell.stdout)
        .once('line', resolve)
        .once('close', () => {
          shell.stdin.end();
          reject(new Error(`DynamoDB Local did not start\n${errors}`));
        });
    });
    return new DynamoDbLocal(`http://127.0.0.1:${port}`, shell);
  }

  /** The variables that lead an AWS SDK here, with keys that open nothing anywhere else. */
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

  /** Ends it with all that is in it. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.stdin?.end();
    await closed;
  }
}
