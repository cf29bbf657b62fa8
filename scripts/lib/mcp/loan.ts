import type { Grant, Vm } from '../../../lambda/client/routes.ts';
import { LoginFolder } from '../login/folder.ts';
import type { LoginFiles } from '../login/ssh-config.ts';
import type { Login } from './login.ts';
import { connect, isFresh } from './login.ts';
import type { Service } from './service.ts';
import { ToolError } from './tool-error.ts';

/** What a client may know of its VM. All else that the service answers about a VM opens it. */
export interface Place {
  readonly id: string;
  readonly pool: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
}

/** Where a loan comes from, and where its credentials lie. */
export interface Source {
  readonly service: Service;
  /** Folder of the folders of credentials. */
  readonly parent: string;
}

/** A credential on disk, and its folder. */
export interface Opened {
  readonly folder: LoginFolder;
  readonly login: Login;
}

/** A VM in the hands of the client. */
export abstract class Loan {
  readonly vm: Place;
  readonly leaseId: string;
  /** Aborted when the loan is over, for whatever runs on the VM then. */
  readonly over = new AbortController();
  /** Whether this server has borrowed the VM. */
  abstract readonly isOwn: boolean;
  /** Epoch ms. */
  abstract readonly endsAtMs: number;
  private readonly isMock: boolean;

  /** The last credential, and its folder. */
  private login: Promise<Login> | undefined;
  private folder: LoginFolder | undefined;

  constructor(
    { vm, lease }: Pick<Grant, 'vm' | 'lease'>,
    protected readonly source: Source,
    opened?: Opened,
  ) {
    this.vm = placeOf(vm);
    this.leaseId = lease.id;
    this.isMock = vm.login === undefined;
    this.folder = opened?.folder;
    this.login = opened && Promise.resolve(opened.login);
  }

  /** Lets the loan end in so many minutes, or later if it does so now. */
  abstract renew(minutes: number): Promise<void>;

  /** A credential that opens the VM now. Commands share it while it lasts. @throws Refused when the lease is over */
  async logIn(): Promise<LoginFiles> {
    if (this.isMock) throw mockVm(this.vm.id);
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
    return connect(this.folder, this.leaseId, this.source.service);
  }
}

function mockVm(id: string): ToolError {
  return new ToolError(
    `${id} is a mock VM: it does not exist, so nothing runs on it.`,
    'Call release_vm, and tell the user that this pool lends mock VMs only.',
  );
}

function placeOf({ id, pool, ip, port, username }: Vm): Place {
  return { id, pool, host: ip, port, username };
}
