import { readFile } from 'node:fs/promises';
import type { Vm } from '../../../lambda/pool/vm.ts';
import type { Mode } from '../api/modes.ts';
import type { ServedApi } from '../api/served-api.ts';
import { serveApi } from '../api/served-api.ts';
import { startServer, urlOf } from '../processes/local-server.ts';

/** A running `npm start`. */
export interface LocalSite {
  /** URL of the page. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the real local server: it builds function and page, and lends mock VMs. */
export async function startLocalSite(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<LocalSite> {
  const server = startServer(env, args);
  const url = `${await urlOf(server)}/`;
  const stop = async () => {
    server.process.kill();
    await server.exit;
  };
  return { url, stop };
}

/** Serves the built page, and the API with a clock that the test can advance; it begins now. */
export async function serveSite(vms: readonly Vm[], mode?: Mode): Promise<ServedApi> {
  const readPage = (name: string) => readFile(new URL(`../../../dist/lambda/${name}.html`, import.meta.url), 'utf8');
  const served = await serveApi(vms, mode, { readPage });
  served.clock.nowSec = Math.floor(Date.now() / 1000);
  return served;
}
