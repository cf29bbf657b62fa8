import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a server does with each connection. */
export type Behaviour = (socket: Socket) => void;

/** TCP servers on this computer that do what a test wants, and count who is connected. */
export class HostileServers {
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();

  /** Starts one. @returns its port */
  async start(behave: Behaviour): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket);
      // It notices that a client has gone only if it reads.
      socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
      socket.on('end', () => socket.destroy());
      socket.resume();
      behave(socket);
    });
    this.servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Clients that are still connected when they have had a moment to leave. */
  async guests(): Promise<number> {
    for (let tries = 0; tries < 100 && this.sockets.size > 0; tries++) await sleep(20);
    return this.sockets.size;
  }

  stop(): void {
    for (const server of this.servers) server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
