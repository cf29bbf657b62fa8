import type { Grant } from '../../../lambda/client/routes.ts';
import type { LoginFolder } from '../login/folder.ts';
import type { LoginFiles } from '../login/ssh-config.ts';
import type { Service } from './service.ts';

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
export async function writtenTo(folder: LoginFolder, { vm, lease }: Pick<Grant, 'vm' | 'lease'>): Promise<Login> {
  const { certificateExpiresAt } = vm;
  const endsAtMs = certificateExpiresAt === undefined ? Date.now() + LONGEST_MS : Date.parse(certificateExpiresAt);
  return { files: await folder.write(vm, lease), endsAtMs };
}

/** Asks for a credential for the key in the folder. */
export async function connect(folder: LoginFolder, leaseId: string, { client, who }: Service): Promise<Login> {
  const wish = { ...who, leaseId, sshPublicKey: folder.publicKey };
  return writtenTo(folder, await (await client()).call('POST /connectvm', wish));
}

/** Whether a credential can still be used. */
export function isFresh(login: Login | undefined): login is Login {
  return login !== undefined && login.endsAtMs - Date.now() >= LEAST_LEFT_MS;
}
