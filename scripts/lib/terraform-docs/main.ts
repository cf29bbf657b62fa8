import { readFileSync, writeFileSync } from 'node:fs';
import { readConfiguration } from './configuration.ts';
import { documents } from './documents.ts';
import { renderSection, withSection } from './section.ts';

for (const { name, readme, folder } of documents()) {
  const before = readFileSync(readme, 'utf8');
  const after = withSection(before, renderSection(await readConfiguration(folder)));
  if (after === before) continue;
  writeFileSync(readme, after);
  console.log(`${name} brought up to date`);
}
