import type { FieldDocumentation } from '../../../lambda/http/fields.ts';
import { documentedFields } from '../../../lambda/http/fields.ts';

/** What the contract says of a parameter. @throws Error when nothing is written about it */
export function fieldDocumentation(name: string): FieldDocumentation {
  const found = documentedFields()[name];
  if (found === undefined) throw new Error(`no documentation for the parameter ${name} in lambda/http/fields.ts`);
  return found;
}
