import path from 'node:path';
import type { MissingTool } from '../missing-tools.ts';
import { isExecutable, programsMissing } from '../missing-tools.ts';

const HOW_TO_INSTALL = 'apt-get install openssh-server';

/** Where sshd is if the PATH of a user does not name it. */
const FOLDERS_OF_ROOT = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

/** What is missing to start SSH servers on this computer. */
export function toolsMissing(): MissingTool[] {
  const clients = programsMissing({ ssh: HOW_TO_INSTALL, 'ssh-keygen': HOW_TO_INSTALL });
  return findSshd() === undefined ? [{ name: 'sshd', install: HOW_TO_INSTALL }, ...clients] : clients;
}

/** The whole path of sshd, which it needs to start itself again for each session. @throws Error when there is none */
export function sshdPath(): string {
  const found = findSshd();
  if (found === undefined) throw new Error(`this computer has no sshd; ${HOW_TO_INSTALL}`);
  return found;
}

function findSshd(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...FOLDERS_OF_ROOT];
  return folders.map((folder) => path.resolve(folder, 'sshd')).find(isExecutable);
}
