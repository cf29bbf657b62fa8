import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Visit } from '../pool/visit.ts';
import { VisitFault } from './fault.ts';

/** Most that a VM may send in one visit: many times what a key exchange and a command's output need, bytes. */
const MOST_RECEIVED = 1024 * 1024;

/** What operators read instead of a code of the system. */
const CONNECT_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'broke off the connection',
  EPIPE: 'broke off the connection',
  EHOSTUNREACH: "can't be reached",
  ENETUNREACH: "can't be reached",
  ETIMEDOUT: 'does not answer',
  ENOTFOUND: 'has an address that nobody knows',
};

/**
 * A TCP connection to a VM, for one visit. Whatever ends it (the VM, the time limit, too much data) rejects
 * {@link broken} and destroys the socket. Reads stay pending then, so that each fault is handled in one place.
 */
export class Connection {
  /** Rejects with a {@link VisitFault} when the connection ends. */
  readonly broken: Promise<never>;
  /** What the visit is doing, for the reason of a fault. */
  doing = 'connecting';
  private readonly socket: Socket;
  private readonly timer: NodeJS.Timeout;
  private reject: (fault: VisitFault) => void = () => undefined;
  private unread: Buffer = Buffer.alloc(0);
  private received = 0;
  private wake: () => void = () => undefined;

  /** @param limitMs - the connection ends after that */
  constructor({ ip, port }: Visit['vm'], limitMs: number) {
    this.broken = new Promise((_, reject) => (this.reject = reject));
    // The visit waits for it, but maybe not yet.
    this.broken.catch(() => undefined);
    this.socket = connect({ host: ip, port, noDelay: true });
    this.socket.on('connect', () => (this.doing = 'waiting for the SSH version'));
    this.socket.on('data', (chunk) => {
      this.take(chunk);
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.fail(CONNECT_FAULTS[error.code ?? ''] ?? `connection error ${error.code ?? ''}`);
    });
    this.socket.on('close', () => {
      this.fail('closed the connection');
    });
    this.timer = setTimeout(() => {
      this.fail(`took longer than ${Math.round(limitMs / 100) / 10} s`);
    }, limitMs);
  }

  /** Ends the connection. @param what - what the VM did */
  fail(what: string): void {
    this.reject(new VisitFault(`${what} (${this.doing})`));
    this.end();
  }

  /** Ends the connection without a fault. */
  end(): void {
    clearTimeout(this.timer);
    this.socket.destroy();
  }

  /** Sends bytes, without waiting: what a VM has not read when the connection ends is lost. */
  write(bytes: Uint8Array | string): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Reads what has arrived, waiting for the first byte. */
  async read(mostBytes: number): Promise<Buffer> {
    while (this.unread.length === 0) await this.more();
    const bytes = this.unread.subarray(0, mostBytes);
    this.unread = this.unread.subarray(mostBytes);
    return bytes;
  }

  /** Reads a line without its end. @throws {@link VisitFault} when it is longer than `mostBytes` */
  async readLine(mostBytes: number): Promise<string> {
    for (;;) {
      const end = this.unread.indexOf('\n');
      if (end > mostBytes || (end < 0 && this.unread.length > mostBytes))
        throw new VisitFault('not an SSH server: it sends no lines');
      if (end >= 0) return (await this.read(end + 1)).toString('latin1').replace(/\r?\n$/, '');
      await this.more();
    }
  }

  /** Puts bytes back, to be read first. */
  putBack(text: string): void {
    this.unread = Buffer.concat([Buffer.from(text, 'latin1'), this.unread]);
    this.wake();
  }

  private take(chunk: Buffer): void {
    this.received += chunk.length;
    if (this.received > MOST_RECEIVED) {
      this.fail('sends too much');
      return;
    }
    this.unread = Buffer.concat([this.unread, chunk]);
    this.wake();
  }

  private more(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}
