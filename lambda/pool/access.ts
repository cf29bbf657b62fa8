/** How a holder logs in to a VM: the credentials, and the ports that make them. */

/** Longest that a login certificate is valid, seconds. */
export const CERTIFICATE_SEC = 300;

/**
 * How far the clock of a VM may be wrong, seconds: a certificate begins this much early, and may end this much late.
 */
export const CLOCK_SKEW_SEC = 60;

/**
 * How long a VM takes a key that EC2 Instance Connect has shown to it, seconds.
 * https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html
 */
export const PUSHED_KEY_SEC = 60;

/** A user certificate of OpenSSH that opens one VM for a while. */
export interface CertificateLogin {
  readonly login: 'certificate';
  /** One line for a file such as `id_ed25519-cert.pub`. */
  readonly certificate: string;
  /** From then on it opens nothing, UTC epoch seconds. */
  readonly certificateExpiresAtSec: number;
  /** Lines for `known_hosts`: only a VM with one of these host keys is the right one. */
  readonly knownHosts: readonly string[];
  /** PEM. The key pair was made for this answer alone; absent when the certificate is for the caller's own key. */
  readonly privateKey?: string;
}

/** A key that opens the VM for whoever has it, also when the lease is over. */
export interface SharedKeyLogin {
  readonly login: 'shared-key';
  readonly privateKey: string;
  readonly knownHosts: readonly string[];
}

/** A VM of EC2 that takes the caller's own key for a moment. There is no private key anywhere but with the caller. */
export interface InstanceConnectLogin {
  readonly login: 'instance-connect';
  /** From then on the VM does not take the key for a new session, UTC epoch seconds. */
  readonly keyAcceptedUntilSec: number;
  readonly knownHosts: readonly string[];
}

/** A VM of EC2 without an open port: a session that the Session Manager plugin of the AWS CLI connects to. */
export interface SessionManagerLogin {
  readonly login: 'session-manager';
  /** AWS region of the instance. */
  readonly region: string;
  /** Absent where the holder only looks at the lease. */
  readonly session?: {
    readonly sessionId: string;
    readonly streamUrl: string;
    /** Whoever has it has the session. */
    readonly tokenValue: string;
  };
}

/** A mock VM's key: a made-up private key, or the user's own public key. */
export type MockLogin = { readonly privateKey: string } | { readonly authorizedKey: string };

/** What opens a VM. It is for the holder of the lease only; never log it. */
export type Login = CertificateLogin | SharedKeyLogin | InstanceConnectLogin | SessionManagerLogin | MockLogin;

/** What a certificate is to say. The service chooses all of it but the key. */
export interface CertificateWish {
  /** An OpenSSH public key, `ssh-ed25519 AAAA...`. Undefined: a key pair is made. */
  readonly publicKey?: string | undefined;
  /** Names the one VM that it opens, or the service's own way in. */
  readonly principal: string;
  /** For the VM's log; one line. */
  readonly keyId: string;
  /** What revocation lists name; from 1 on. UTC epoch milliseconds of the wish. */
  readonly serial: number;
  /** UTC epoch seconds. */
  readonly validAfterSec: number;
  /** UTC epoch seconds. */
  readonly validBeforeSec: number;
  /** Such as `permit-pty`; none for a certificate that only runs a forced command. */
  readonly extensions: readonly string[];
}

/** A certificate and, if a key pair was made for it, the private key. */
export interface Certified {
  /** One line: type and base64. */
  readonly certificate: string;
  /** PEM (PKCS #8), as `ssh -i` reads it. */
  readonly privateKey?: string;
}

/** Signs login certificates; VMs trust its keys. */
export interface CertificateAuthority {
  /** Lines for the file that sshd's `TrustedUserCAKeys` names: all keys that VMs are to trust. */
  readonly publicKeys: readonly string[];
  /** @throws AccessUnavailable when the key can't be used now */
  certify(wish: CertificateWish): Promise<Certified>;
}

/** Reads login keys that stand somewhere safe. */
export interface StoredKeys {
  /**
   * @param place - name or ARN of an SSM parameter (`ssm:/lab/vm-01`), or of a secret (`secretsmanager:lab/vm-01`)
   * @throws AccessUnavailable when it can't be read
   */
  read(place: string): Promise<string>;
}
