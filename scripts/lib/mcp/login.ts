import { readyVm } from '../../../lambda/client/ready.ts';
import type { Held } from '../../../lambda/client/routes.ts';
import type { LoginFolder } from '../login/folder.ts';
import type { LoginFiles } from '../login/ssh-config.ts';
import type { Source } from './source.ts';

/** A credential on disk. */
export interface Login {
  readonly files: LoginFiles;
  /** When it is to be replaced, epoch ms. */
  readonly endsAtMs: number;
}

/** The longest that a certificate is valid. Other credentials are fetched anew as often. */
const LONGEST_MS = 300_000;

/** A credential with less time than this is not used again. */
const LEAST_LEFT_MS = 60_000;

/** Writes what it takes to log in. */
export async function writtenTo(folder: LoginFolder, { vm, lease }: Held): Promise<Login> {
  const endsAt = vm.certificateExpiresAt ?? vm.keyAcceptedUntil;
  const endsAtMs = endsAt === undefined ? Date.now() + LONGEST_MS : Date.parse(endsAt);
  return { files: await folder.write(vm, lease), endsAtMs };
}

/** Asks for a credential for the key in the folder, when the VM is ready. @throws NotReady */
export async function connect(
  { publicKey: sshPublicKey }: LoginFolder,
  leaseId: string,
  { service: { client, who }, startWaitMs }: Source,
  signal: AbortSignal,
): Promise<Held> {
  const api = await client();
  const held = await api.call('POST /connectvm', { ...who, leaseId, sshPublicKey });
  return readyVm(api, held, { ...who, sshPublicKey, waitMs: startWaitMs, signal });
}

/** Whether a credential can still be used. */
export function isFresh(login: Login | undefined): login is Login {
  return login !== undefined && login.endsAtMs - Date.now() >= LEAST_LEFT_MS;
}
