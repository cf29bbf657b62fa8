/**
 * The part of cloud-init that instances of the tests need: what it does at the first boot from a disk, and at each
 * boot.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { hostKeyBlock } from '../emulated-aws/ec2-hook.ts';
import type { NamespaceVm } from './namespace-vm.ts';

/** What user data may say. */
interface CloudConfig {
  readonly write_files?: readonly {
    readonly path: string;
    readonly permissions: string;
    readonly content: string;
    readonly encoding?: 'gz+b64';
  }[];
  readonly runcmd?: readonly (readonly string[])[];
}

/** Writes its input to a file. `install` can't open an input that is a socket. */
const WRITE = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"';

/**
 * Does what user data says, and prints the host keys on the console.
 *
 * @param userData - base64, perhaps zipped
 * @param metadataUrl - of the metadata service, as the machine knows it
 */
export async function firstBoot(machine: NamespaceVm, userData: string, metadataUrl: string): Promise<string> {
  const { write_files: files = [], runcmd: commands = [] } = configOf(userData);
  for (const { path, permissions, content, encoding } of files) {
    const text = encoding === undefined ? content : gunzipSync(Buffer.from(content, 'base64')).toString();
    await mustRun(machine, ['sh', '-c', WRITE, 'sh', path, permissions], text);
  }
  for (const command of commands) await mustRun(machine, ['env', `VM_POOL_METADATA=${metadataUrl}`, ...command]);
  const keys = await machine.shell('cut -d " " -f 1,2 /etc/ssh/ssh_host_*_key.pub');
  return hostKeyBlock(keys.trim().split('\n'));
}

/** Runs what user data has left for each boot. @returns what it prints on the console */
export async function eachBoot(machine: NamespaceVm): Promise<string> {
  await machine.shell('for script in /var/lib/cloud/scripts/per-boot/*; do [ ! -x "$script" ] || "$script"; done');
  return machine.console;
}

function configOf(userData: string): CloudConfig {
  const bytes = Buffer.from(userData, 'base64');
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  return text === '' ? {} : (parse(text) as CloudConfig);
}

async function mustRun(machine: NamespaceVm, command: readonly string[], input = ''): Promise<void> {
  const { exitCode, stdout, stderr } = await machine.run(command, input);
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: exit code ${exitCode}: ${stdout}${stderr}`);
}

/** The metadata service of EC2, version 2, at one URL for each instance. */
export class InstanceMetadata {
  private constructor(private readonly server: Server) {
    server.on('request', ({ method, url = '', headers }, response) => {
      const [, id = '', place] = /^\/(i-[0-9a-f]+)\/latest\/(.*)$/.exec(url) ?? [];
      const isToken = method === 'PUT' && place === 'api/token';
      const isId = place === 'meta-data/instance-id' && headers['x-aws-ec2-metadata-token'] === `token of ${id}`;
      if (isToken) response.end(`token of ${id}`);
      else if (isId) response.end(id);
      else response.writeHead(401).end();
    });
  }

  static async start(): Promise<InstanceMetadata> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new InstanceMetadata(server);
  }

  /** Where an instance asks, in place of `http://169.254.169.254`. */
  urlFor(id: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${id}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
