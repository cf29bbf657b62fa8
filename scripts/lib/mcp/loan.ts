import type { Held, Vm } from '../../../lambda/client/routes.ts';
import { LoginFolder } from '../login/folder.ts';
import type { LoginFiles } from '../login/ssh-config.ts';
import type { Login } from './login.ts';
import { connect, isFresh, writtenTo } from './login.ts';
import type { Source } from './source.ts';
import { ToolError } from './tool-error.ts';

/** What a client may know of its VM. All else that the service answers about a VM opens it. */
export interface Place {
  readonly id: string;
  readonly pool: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
}

/** A credential on disk, if there is one yet, and its folder. */
export interface Opened {
  readonly folder: LoginFolder;
  readonly login: Login | undefined;
}

/** A VM in the hands of the client. */
export abstract class Loan {
  readonly leaseId: string;
  /** Aborted when the loan is over, for whatever runs on the VM then. */
  readonly over = new AbortController();
  /** Whether this server has borrowed the VM. */
  abstract readonly isOwn: boolean;
  /** Epoch ms. */
  abstract readonly endsAtMs: number;
  /** The VM as the service has answered it last: a lease may move to another one while that is being started. */
  private latest: Vm;

  /** The last credential, and its folder. */
  private login: Promise<Login> | undefined;
  private folder: LoginFolder | undefined;

  constructor(
    { vm, lease }: Held,
    protected readonly source: Source,
    opened?: Opened,
  ) {
    this.latest = vm;
    this.leaseId = lease.id;
    this.folder = opened?.folder;
    this.login = opened?.login && Promise.resolve(opened.login);
  }

  get vm(): Place {
    return placeOf(this.latest);
  }

  /** Whether the VM was ready when it was asked about last. */
  get isReady(): boolean {
    return this.latest.status !== 'starting';
  }

  /** Lets the loan end in so many minutes, or later if it does so now. */
  abstract renew(minutes: number): Promise<void>;

  /**
   * A credential that opens the VM now. Commands share it while it lasts.
   *
   * @throws Refused when the lease is over, NotReady when the VM can't be used
   */
  async logIn(): Promise<LoginFiles> {
    refuseWithoutSsh(this.latest);
    const last = await this.login?.catch(() => undefined);
    if (isFresh(last)) return last.files;
    this.over.signal.throwIfAborted();
    this.login = this.connect();
    return (await this.login).files;
  }

  /** Ends what runs on the VM, and removes its credential. */
  async end(): Promise<void> {
    this.over.abort();
    await this.login?.catch(() => undefined);
    await this.folder?.remove();
  }

  /** Another process may have removed a folder in which nothing happened for long. */
  private async connect(): Promise<Login> {
    this.folder = await LoginFolder.open(this.source.parent, this.leaseId);
    const held = await connect(this.folder, this.leaseId, this.source, this.over.signal);
    this.latest = held.vm;
    refuseWithoutSsh(held.vm);
    return writtenTo(this.folder, held);
  }
}

/** @throws {@link ToolError} for a VM that ssh can't reach */
function refuseWithoutSsh({ id, login, status }: Vm): void {
  if (status === 'starting') return;
  if (login === undefined) {
    throw new ToolError(
      `${id} is a mock VM: it does not exist, so nothing runs on it.`,
      'Call release_vm, and tell the user that this pool lends mock VMs only.',
    );
  }
  if (login !== 'session-manager') return;
  throw new ToolError(
    `${id} is reached by AWS Session Manager, so this session can't run commands on it.`,
    'Call release_vm, and borrow from a pool that list_pools shows with canLogIn true.',
  );
}

function placeOf({ id, pool, ip, port, username }: Vm): Place {
  return { id, pool, host: ip, port, username };
}
