import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a job with `permissions: id-token: write` asks for its tokens. */
export class JobTokens {
  /** Tokens that were given out, and the audiences that were asked for. */
  readonly given: { readonly audience: string | null; readonly token: string }[] = [];

  private constructor(
    private readonly server: Server,
    /** What the runner sets for each step that runs an action. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  /** @param tokenFor - signs a token for an audience */
  static async start(tokenFor: (audience: string | null) => Promise<string>): Promise<JobTokens> {
    const bearer = 'request-token-of-the-job';
    const server = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://runner');
      const audience = searchParams.get('audience');
      if (request.headers.authorization !== `Bearer ${bearer}`) response.writeHead(401).end();
      else
        void tokenFor(audience).then((value) => {
          tokens.given.push({ audience, token: value });
          response.end(JSON.stringify({ value }));
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const tokens = new JobTokens(server, {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    });
    return tokens;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
