import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SshChannelOpenFailureReason, SshDisconnectReason } from '@microsoft/dev-tunnels-ssh';
import fc from 'fast-check';
import type { Visit, VisitKind, VisitReport } from '../../../lambda/pool/visit.ts';
import { visit } from '../../../lambda/visitor/visit.ts';
import { tracked } from '../../support/processes/child-processes.ts';
import type { Behaviour } from '../../support/vms/hostile-servers.ts';
import { HostileServers } from '../../support/vms/hostile-servers.ts';
import { createImpostor } from '../../support/vms/ssh-impostor.ts';
import type { CertifiedKey } from '../../support/vms/test-authority.ts';
import { temporaryAuthority } from '../../support/vms/test-authority.ts';

const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const VERSION = 'SSH-2.0-OpenSSH_9.2p1\r\n';
const KINDS = ['banner', 'host-key', 'command'] as const;

/** A visit that is to end by itself has much time, one that is to be ended has little. */
const LONG_MS = 20_000;
const SHORT_MS = 400;

const servers = new HostileServers();
let key: CertifiedKey;
/** A certificate with the private key of another. */
let mismatch: CertifiedKey;

beforeAll(async () => {
  await temporaryAuthority(async (authority) => {
    key = await authority.certify({ principals: ['vm-01'] });
    mismatch = {
      ...key,
      privateKey: (await authority.certify({ principals: ['vm-01'], keyType: 'ed25519' })).privateKey,
    };
  });
});

afterAll(async () => {
  const guests = await servers.guests();
  servers.stop();
  expect(guests).toBe(0);
});

function wish(port: number, kind: VisitKind, limitMs: number, hostKeys: readonly string[] = [HOST_KEY]): Visit {
  const login = { username: 'root', command: 'clean 1', ...key };
  return { vm: { id: 'vm-01', ip: '127.0.0.1', port }, kind, hostKeys, limitMs, ...(kind === 'command' && { login }) };
}

/** Sends the same again for as long as somebody reads. */
function endless(chunk: Buffer | string): Behaviour {
  return (socket) => {
    const send = () => {
      while (socket.writable && socket.write(chunk)) continue;
    };
    socket.on('drain', send);
    send();
  };
}

/** Says something at once. */
const saying =
  (...parts: readonly (Buffer | string)[]): Behaviour =>
  (socket) => {
    for (const part of parts) socket.write(part);
  };

/** A packet as it is before encryption (RFC 4253 section 6). */
function packet(payload: Buffer): Buffer {
  const padding = 8 + 8 - ((payload.length + 5) % 8);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + payload.length + padding);
  head.writeUInt8(padding, 4);
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

const PREMATURE_NEWKEYS = packet(Buffer.of(21));
const EARLY_SUCCESS = packet(Buffer.of(52));
const HUGE_LENGTH = Buffer.from('7fffffff0000000000000000', 'hex');

interface Row {
  readonly vm: string;
  readonly behave: Behaviour;
  readonly limitMs?: number;
  readonly reason: RegExp;
  readonly kinds?: readonly VisitKind[];
}

/** What needs a banner that is right is not noticed by a look at the banner. */
const WITH_KEYS = ['host-key', 'command'] as const;

const ROWS: readonly Row[] = [
  {
    vm: 'is silent',
    behave: () => undefined,
    limitMs: SHORT_MS,
    reason: /^took longer than 0\.4 s \(waiting for the SSH version\)$/,
  },
  { vm: 'closes at once', behave: (socket) => socket.end(), reason: /^closed the connection/ },
  {
    vm: 'resets the connection',
    behave: (socket) => socket.resetAndDestroy(),
    reason: /^(broke off|closed) the connection/,
  },
  {
    vm: 'speaks HTTP',
    behave: (socket) => socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(30))),
    reason: /^not an SSH server: it says "HTTP\/1\.1 400 Bad Request"$/,
  },
  {
    vm: 'speaks SSH 1',
    behave: saying('SSH-1.5-OpenSSH_1.2\r\n'),
    reason: /^speaks an SSH that is too old: "SSH-1\.5-OpenSSH_1\.2"$/,
  },
  {
    vm: 'sends a banner without an end',
    behave: endless('x'.repeat(1000)),
    reason: /^not an SSH server: it sends no lines$/,
  },
  {
    vm: 'sends lines without an end',
    behave: endless('welcome\r\n'),
    reason: /^not an SSH server: it says "welcome"$/,
  },
  {
    vm: 'sends escapes',
    behave: saying('\x1b]0;gotcha\x07\x1b[2J\n'.repeat(60)),
    reason: /^not an SSH server: it says "\]0;gotcha \[2J"$/,
  },
  { vm: 'sends half a banner', behave: saying('SSH-2.'), limitMs: SHORT_MS, reason: /^took longer than 0\.4 s/ },
  {
    vm: 'sends a letter at a time',
    behave: (socket) => {
      const timer = setInterval(() => socket.write('S'), 50);
      socket.on('close', () => {
        clearInterval(timer);
      });
    },
    limitMs: SHORT_MS,
    reason: /^took longer than 0\.4 s/,
  },
  {
    vm: 'falls silent after its version',
    behave: saying(VERSION),
    limitMs: SHORT_MS,
    reason: /^took longer than 0\.4 s \(exchanging keys\)$/,
    kinds: WITH_KEYS,
  },
  {
    vm: 'closes after its version',
    behave: (socket) => socket.end(VERSION),
    reason: /^closed the connection \(exchanging keys\)$/,
    kinds: WITH_KEYS,
  },
  {
    vm: 'sends noise after its version',
    behave: saying(VERSION, randomBytes(4096)),
    reason: /^breaks the SSH protocol: |^took/,
    limitMs: 2_000,
    kinds: WITH_KEYS,
  },
  {
    vm: 'names a huge packet',
    behave: saying(VERSION, HUGE_LENGTH),
    reason: /^breaks the SSH protocol: Invalid packet length/,
    kinds: WITH_KEYS,
  },
  {
    vm: 'sends new keys before the exchange',
    behave: saying(VERSION, PREMATURE_NEWKEYS),
    reason: /^breaks the SSH protocol: /,
    kinds: WITH_KEYS,
  },
  {
    vm: 'says that the log-in succeeded, before any',
    behave: saying(VERSION, EARLY_SUCCESS),
    limitMs: SHORT_MS,
    reason: /^(took|breaks)/,
    kinds: WITH_KEYS,
  },
  {
    vm: 'says goodbye',
    behave: saying(
      VERSION,
      packet(Buffer.concat([Buffer.from('010000000b00000005', 'hex'), Buffer.from('sorry'), Buffer.alloc(4)])),
    ),
    reason: /^ended the session: "sorry"$/,
    kinds: WITH_KEYS,
  },
  {
    vm: 'ignores without an end',
    behave: (socket) => {
      socket.write(VERSION);
      endless(packet(Buffer.concat([Buffer.of(2, 0, 0, 8, 0), Buffer.alloc(2048)])))(socket);
    },
    reason: /^sends too much \(exchanging keys\)$/,
    kinds: WITH_KEYS,
  },
];

describe.each(ROWS)('a VM that $vm', ({ behave, limitMs = LONG_MS, reason, kinds = KINDS }) => {
  it.each(kinds)('fails a visit by %s', async (kind) => {
    const report = await visit(wish(await servers.start(behave), kind, limitMs));
    expect(report).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});

describe('an unknown host name', () => {
  it.each(KINDS)('fails a visit by %s', async (kind) => {
    const { vm, ...rest } = wish(22, kind, LONG_MS);
    const report = await visit({ ...rest, vm: { ...vm, ip: 'vm-01.invalid' } });
    expect(report).toEqual({ ok: false, reason: expect.stringMatching(/ \(connecting\)$/) });
  });
});

/** What an SSH server does that has the right host key. */
const TRAITORS: readonly {
  vm: string;
  misbehave: Parameters<typeof createImpostor>[0];
  limitMs?: number;
  reason: RegExp;
}[] = [
  {
    vm: 'never answers the log-in',
    misbehave: (session) =>
      session.onAuthenticating((event) => (event.authenticationPromise = new Promise(() => undefined))),
    limitMs: SHORT_MS,
    reason: /^took longer than 0\.4 s \(logging in\)$/,
  },
  {
    vm: 'cuts the connection',
    misbehave: (_, socket) => socket.destroy(),
    reason: /^(closed|broke off) the connection \((exchanging keys|logging in)\)$/,
  },
  {
    vm: 'says goodbye instead of a log-in',
    misbehave: (session) => {
      session.close(SshDisconnectReason.byApplication, 'go\x1b[2J away').catch(() => undefined);
    },
    reason: /^ended the session: "go \[2J away" \((logging in|exchanging keys)\)$/,
  },
  {
    vm: 'sends noise in a session',
    misbehave: (_, socket) => socket.write(Buffer.alloc(64, 1)),
    reason: /^ended the session: "(Invalid|Error|I)/,
  },
  {
    vm: 'refuses the channel',
    misbehave: (session) =>
      session.onChannelOpening((event) => (event.failureReason = SshChannelOpenFailureReason.connectFailed)),
    reason: /^refuses a session: /,
  },
  {
    vm: 'never ends the channel',
    misbehave: (session) =>
      session.onChannelOpening(({ channel }) => channel.onRequest((event) => (event.isAuthorized = true))),
    limitMs: SHORT_MS,
    reason: /^took longer than 0\.4 s \(running the command\)$/,
  },
  {
    vm: 'refuses the command',
    misbehave: (session) =>
      session.onChannelOpening(({ channel }) => channel.onRequest((event) => (event.isAuthorized = false))),
    reason: /^refuses to run the command$/,
  },
  {
    vm: 'closes the channel without a status',
    misbehave: (session) =>
      session.onChannelOpening(({ channel }) =>
        channel.onRequest((event) => {
          event.isAuthorized = true;
          setTimeout(() => {
            channel.close().catch(() => undefined);
          }, 20);
        }),
      ),
    reason: /^the command ended without a status$/,
  },
];

describe.each(TRAITORS)('a VM of the right host key that $vm', ({ misbehave, limitMs = LONG_MS, reason }) => {
  it('fails a command', async () => {
    const { hostKey, serve } = await createImpostor(misbehave);
    const report = await visit(wish(await servers.start(serve), 'command', limitMs, [hostKey]));
    expect(report).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});

describe('a private key that can not sign for its certificate', () => {
  it('fails a command, and is not quoted', async () => {
    const { hostKey, serve } = await createImpostor(() => undefined);
    const wrong = wish(await servers.start(serve), 'command', LONG_MS, [hostKey]);
    const report = await visit({ ...wrong, login: { username: 'root', command: 'clean 1', ...mismatch } });
    expect(report).toEqual({ ok: false, reason: expect.stringMatching(/^the visit failed: \w*Error/) });
    expect(JSON.stringify(report)).not.toContain(mismatch.privateKey.split('\n')[1]);
  });
});

describe('a man in the middle', () => {
  it('shows another key, and is sent no credential', async () => {
    const impostor = await createImpostor(() => undefined);
    const report = await visit(wish(await servers.start(impostor.serve), 'command', LONG_MS));
    expect(report).toMatchObject({ ok: false, wrongHostKey: expect.stringMatching(/^SHA256:/) });
    expect(await servers.guests()).toBe(0);
    expect(impostor.logIns).toEqual([]);
  });
});

describe('whatever a VM sends', () => {
  /** Bytes that look more or less like SSH, in pieces. */
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(VERSION, 'SSH-', '\r\n', 'SSH-2.0-x\n', '').map((text) => Buffer.from(text)),
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 }))
        .map(([type, rest]) => packet(Buffer.from([type, ...rest]))),
    ),
    { maxLength: 8 },
  );

  it('gives a report with a short reason of printable ASCII', async () => {
    const property = fc.asyncProperty(pieces, fc.boolean(), fc.constantFrom(...KINDS), async (parts, closes, kind) => {
      const port = await servers.start((socket) => {
        for (const part of parts) socket.write(part);
        if (closes) socket.end();
      });
      const report = await visit(wish(port, kind, SHORT_MS));
      const isBanner = kind === 'banner' && report.ok;
      if (!isBanner) expect(report).toEqual({ ok: false, reason: expect.stringMatching(/^[\x20-\x7e]{5,300}$/) });
    });
    await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 15_000 });
  });
});

describe('a process that has visited all of them at once', () => {
  it('has nothing left that keeps it running, and no rejection that nobody handles', async () => {
    const traitors = await Promise.all(TRAITORS.map(({ misbehave }) => createImpostor(misbehave)));
    const behaviours = [...ROWS.map(({ behave }) => behave), ...traitors.map(({ serve }) => serve)];
    const ports = await Promise.all(behaviours.map((behave) => servers.start(behave)));
    const keyOf = (at: number) => traitors[at - ROWS.length]?.hostKey ?? HOST_KEY;
    const visits = ports.flatMap((port, at) => KINDS.map((kind) => wish(port, kind, 2_000, [keyOf(at)])));
    visits.push(...visits.map((made) => ({ ...made, ...(made.login && { login: { ...made.login, ...mismatch } }) })));
    const { reports, exitCode } = await inProcess(visits);
    expect(reports).toHaveLength(visits.length);
    expect(exitCode).toBe(0);
  });
});

/** Makes visits in a process of their own, and waits until it ends by itself. */
async function inProcess(visits: readonly Visit[]): Promise<{ reports: VisitReport[]; exitCode: number | null }> {
  const script = fileURLToPath(new URL('visits-process.ts', import.meta.url));
  const child: ChildProcess = tracked(fork(script, { execArgv: ['--import', 'tsx', '--no-warnings'] }));
  let reports: VisitReport[] = [];
  child.once('message', (message) => (reports = message as VisitReport[]));
  child.send(visits);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { reports, exitCode };
}
