import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder with a Terraform root for each environment. */
export const ENVIRONMENTS_FOLDER = fileURLToPath(new URL('../../../terraform/environments', import.meta.url));

/** Names of the environments; a copied folder is one more. */
export const ENVIRONMENTS: readonly string[] = readdirSync(ENVIRONMENTS_FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
