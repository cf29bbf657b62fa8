import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Authenticate } from '../../../lambda/client/client.ts';
import { createClient } from '../../../lambda/client/client.ts';
import { Borrower } from '../../../scripts/lib/mcp/borrower.ts';
import type { Limits } from '../../../scripts/lib/mcp/limits.ts';
import { DEFAULT_LIMITS } from '../../../scripts/lib/mcp/limits.ts';
import { createMcpServer } from '../../../scripts/lib/mcp/server.ts';
import type { Mode } from '../../support/api/modes.ts';
import type { ServedApi } from '../../support/api/served-api.ts';

/** Runs the command here, as a VM would. What the command puts into the file SAYS is what ssh itself says. */
const SSH = `#!/bin/sh
while [ "$1" != vm-pool ]; do
  if [ "$1" = -E ]; then log=$2; fi
  if [ "$1" = -F ]; then folder=$(dirname "$2"); fi
  shift
done
for line; do :; done
export HOME="$folder" SAYS="$log"
exec sh -c "$line"
`;

/** What a tool has answered. */
export interface Answer {
  readonly isError: boolean;
  readonly text: string;
  readonly values: Record<string, unknown>;
}

/** A client of MCP and its server, in this process. */
export interface McpSession {
  readonly client: Client;
  readonly borrower: Borrower;
  /** Folder of the credentials. */
  readonly folder: string;
  readonly warnings: string[];
  readonly call: (name: string, values?: Record<string, unknown>, options?: { signal: AbortSignal }) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** How a session differs from the usual one. */
export interface SessionOptions {
  readonly limits?: Partial<Limits>;
  /** Calls as alice in the way of the API's mode, and names no user. */
  readonly mode?: Mode;
  readonly fetch?: typeof fetch;
  /** How long a call waits for a VM that is being started; 45 seconds unless given. */
  readonly startWaitMs?: number;
}

/** Connects a client to a server for alice. */
export async function startSession({ url }: Pick<ServedApi, 'url'>, options: SessionOptions = {}): Promise<McpSession> {
  const { mode, fetch } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-mcp-'));
  const ssh = path.join(folder, 'ssh');
  await writeFile(ssh, SSH);
  await chmod(ssh, 0o700);
  const warnings: string[] = [];
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const api = createClient({ url, retryForMs: 0, fetch, ...(mode && { authenticate: authenticateBy(mode) }) });
  const source = {
    service: { client: async () => api, who: mode === undefined ? { userid: 'alice' } : {} },
    parent: path.join(folder, 'mcp'),
    startWaitMs: options.startWaitMs ?? 45_000,
  };
  const borrower = new Borrower(source, limits.maxMinutes, (what) => warnings.push(what));
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = createMcpServer({ borrower, limits, ssh });
  const client = new Client({ name: 'test', version: '1' });
  await Promise.all([server.connect(far), client.connect(near)]);
  return {
    client,
    borrower,
    folder: source.parent,
    warnings,
    call: async (name, values = {}, callOptions?: { signal: AbortSignal }) =>
      answerIn((await client.callTool({ name, arguments: values }, undefined, callOptions)) as CallToolResult),
    close: async () => {
      await borrower.close().catch(() => undefined);
      await client.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function authenticateBy(mode: Mode): Authenticate {
  return async (request) => {
    const { method, url } = request;
    const headers = Object.fromEntries(request.headers);
    const body = await request.clone().text();
    return { ...(await mode.identify({ method, url, headers, ...(body !== '' && { body }) }, 'alice')) };
  };
}

function answerIn({ isError = false, content, structuredContent = {} }: CallToolResult): Answer {
  const [first] = content;
  return { isError, text: first?.type === 'text' ? first.text : '', values: structuredContent };
}
