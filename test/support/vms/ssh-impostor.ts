import type { Socket } from 'node:net';
import type { KeyPair, SshServerSession as Session } from '@microsoft/dev-tunnels-ssh';
import {
  NodeStream,
  PublicKeyAlgorithm,
  SshAlgorithms,
  SshServerSession,
  SshSessionConfiguration,
} from '@microsoft/dev-tunnels-ssh';

/** An SSH server that a test scripts: it lets everybody in, and then does what real servers do not. */
export interface Impostor {
  /** `ecdsa-sha2-nistp384 AAAA...` */
  readonly hostKey: string;
  /** Methods of the log-ins that it has been asked for. */
  readonly logIns: readonly string[];
  readonly serve: (socket: Socket) => void;
}

/** @param misbehave - called when keys have been exchanged, before anybody has logged in */
export async function createImpostor(misbehave: (session: Session, socket: Socket) => void): Promise<Impostor> {
  const algorithm = SshAlgorithms.publicKey.ecdsaSha2Nistp384;
  if (!algorithm) throw new Error('the library has no ECDSA');
  const key = await algorithm.generateKeyPair();
  const blob = (await key.getPublicKeyBytes()) ?? Buffer.alloc(0);
  const logIns: string[] = [];
  const serve = (socket: Socket): void => {
    const config = new SshSessionConfiguration();
    config.publicKeyAlgorithms.push(new AnyCertificate());
    const session = new SshServerSession(config);
    session.credentials.publicKeys = [key];
    session.onAuthenticating((event) => {
      logIns.push(event.username ?? '');
      event.authenticationPromise = Promise.resolve({});
    });
    session.connect(new QuietStream(socket)).then(
      () => {
        misbehave(session, socket);
      },
      () => undefined,
    );
  };
  return { hostKey: `${algorithm.name} ${blob.toString('base64')}`, logIns, serve };
}

/** Hides from the library that a client has left: it would leave a rejection to nobody, and end the test. */
class QuietStream extends NodeStream {
  override async write(data: Buffer): Promise<void> {
    await super.write(data).catch(() => undefined);
  }

  override async close(): Promise<void> {
    await super.close().catch(() => undefined);
  }

  protected override onError(): void {
    // Reads stay pending.
  }

  protected override onEnd(): void {
    // Reads stay pending.
  }
}

/** Believes every signature. */
class AnyCertificate extends PublicKeyAlgorithm {
  constructor() {
    const type = 'ecdsa-sha2-nistp256-cert-v01@openssh.com';
    super(type, type, 'SHA2-256');
  }

  override createKeyPair(): KeyPair {
    const nothing = () => Promise.resolve();
    return {
      keyAlgorithmName: this.name,
      hasPublicKey: true,
      hasPrivateKey: false,
      comment: null,
      setPublicKeyBytes: nothing,
      getPublicKeyBytes: () => Promise.resolve(null),
      generate: nothing,
      importParameters: nothing,
      exportParameters: () => Promise.resolve({}),
      dispose: () => undefined,
    };
  }

  override readSignatureData(data: Buffer): Buffer {
    return data;
  }

  override createVerifier() {
    return { digestLength: 0, verify: () => Promise.resolve(true), dispose: () => undefined };
  }

  override generateKeyPair(): never {
    throw new TypeError('not needed');
  }

  override createSigner(): never {
    throw new TypeError('not needed');
  }
}
