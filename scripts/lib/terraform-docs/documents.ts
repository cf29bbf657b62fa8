/** Which README documents which folder of Terraform. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** A README and the folder it documents, as absolute paths. */
export interface Document {
  /** For messages, relative to the repository. */
  name: string;
  readme: string;
  folder: string;
}

/** Every README with a section: the repository's stands for `terraform/`, each module has its own. */
export function documents(): Document[] {
  const modules = readdirSync(path.join(repository, 'terraform/modules')).map((name) => `terraform/modules/${name}`);
  return [
    document('README.md', 'terraform'),
    ...['terraform/bootstrap', ...modules].map((folder) => document(`${folder}/README.md`, folder)),
  ];
}

function document(readme: string, folder: string): Document {
  return { name: readme, readme: path.join(repository, readme), folder: path.join(repository, folder) };
}
