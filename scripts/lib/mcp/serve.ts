import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { wordedError } from '../api-client/wording.ts';
import { Borrower } from './borrower.ts';
import { LEASE_MINUTES } from './heartbeat.ts';
import type { Limits } from './limits.ts';
import { createMcpServer } from './server.ts';
import type { Service } from './service.ts';

/** What a server needs of its process. */
export interface Surroundings {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Hears a sentence for the log of the client. */
  readonly log: (sentence: string) => void;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
  /** Folder of tokens, keys and certificates. */
  readonly stateFolder: string;
  /** Program that logs in. */
  readonly ssh?: string;
}

/** Clients give a call a minute unless they are told otherwise: the rest is for what else a call does. */
const START_WAIT_MS = 45_000;

/** Serves one client until it goes or the process is to end, and gives back what it has borrowed. */
export async function serve(service: Service, limits: Limits, around: Surroundings): Promise<void> {
  const { stdin, stdout, log, stateFolder, ssh = 'ssh' } = around;
  const warn = (what: string, error: unknown) => {
    log(`${what}: ${wordedError(error)}`);
  };
  // Apart from the logins of the command line: whoever ends first removes its own.
  const source = { service, parent: path.join(stateFolder, 'mcp'), startWaitMs: START_WAIT_MS };
  const borrower = new Borrower(source, limits.maxMinutes, warn);
  const server = createMcpServer({ borrower, limits, ssh });
  const gone = leaving(around);
  await server.connect(new StdioServerTransport(stdin, stdout));
  await gone;
  try {
    const ended = await borrower.close();
    if (ended?.isOwn === true) log(`${ended.vm.id} is given back`);
  } catch (error) {
    warn(`cannot give the VM back; its lease ends within ${LEASE_MINUTES} minutes`, error);
  }
  await server.close();
}

/** Waits until the client goes. The transport of the SDK does not notice the end of its input. */
function leaving({ stdin, stdout, signal }: Surroundings): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      resolve();
    };
    for (const event of ['end', 'close', 'error']) stdin.once(event, done);
    // Nobody reads the answers any more; they are dropped.
    stdout.on('error', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
