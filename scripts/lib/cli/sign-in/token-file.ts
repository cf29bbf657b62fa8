import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Tokens } from '../../../../lambda/client/sign-in.ts';
import { writePrivately } from '../../login/private-file.ts';

/** Tokens of one deployment, and who gave them. */
export interface StoredTokens extends Tokens {
  readonly url: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly refresh_token?: string | undefined;
}

/** The tokens of one deployment on disk: a file that only its user can read, in a folder that nobody else can enter. */
export class TokenFile {
  private readonly folder: string;
  private readonly file: string;

  /** @param url - base URL of the deployment; each has separate tokens */
  constructor(stateFolder: string, url: string) {
    this.folder = path.join(stateFolder, 'tokens');
    this.file = path.join(this.folder, `${createHash('sha256').update(url).digest('hex').slice(0, 32)}.json`);
  }

  /** @returns undefined when nobody has signed in, and for a file that can't be understood */
  async read(): Promise<StoredTokens | undefined> {
    try {
      return JSON.parse(await readFile(this.file, 'utf8')) as StoredTokens;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(tokens: StoredTokens): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await chmod(this.folder, 0o700);
    await writePrivately(this.file, `${JSON.stringify(tokens)}\n`);
  }

  async remove(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
