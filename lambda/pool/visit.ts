import type { Vm } from './vm.ts';

/** How closely a visit looks: whether an SSH server answers, whether it is the right one, or what a command says. */
export type VisitKind = 'banner' | 'host-key' | 'command';

/** The service's own way in, for one visit. */
export interface VisitLogin {
  readonly username: string;
  /** PEM (PKCS #8). */
  readonly privateKey: string;
  /** One line: type and base64. */
  readonly certificate: string;
  readonly command: string;
}

/** One look at a VM over SSH. It is plain data: on AWS another function makes the visit. */
export interface Visit {
  readonly vm: Pick<Vm, 'id' | 'ip' | 'port'>;
  readonly kind: VisitKind;
  /** Public keys of which the VM must have one, `ssh-ed25519 AAAA...`. */
  readonly hostKeys: readonly string[];
  /** For a `command`. */
  readonly login?: VisitLogin;
  /** Longest that it may take, milliseconds. */
  readonly limitMs: number;
}

/** What a visit found. A reason is for operators; it names no secret, and nothing of what the VM said unchecked. */
export type VisitReport =
  | {
      readonly ok: true;
      /** Of a command: its exit status and the first kilobytes of its output, as the VM sent them. */
      readonly exitStatus?: number;
      readonly output?: string;
    }
  | {
      readonly ok: false;
      readonly reason: string;
      /** The host key that the VM has shown, if it is not one of {@link Visit.hostKeys}. */
      readonly wrongHostKey?: string;
    };

/** How the reason begins of a visit to the right VM that has refused {@link Visit.login}. */
export const REFUSED_LOGIN = 'refuses the log-in';

/** Visits a VM. Never throws for what the VM does; a visitor that can't be reached throws. */
export type Visitor = (visit: Visit) => Promise<VisitReport>;
