import type { FieldDocumentation } from '../../../lambda/http/fields-documentation.ts';
import { FIELD_DOCUMENTATION } from '../../../lambda/http/fields-documentation.ts';

/** What the contract says of a parameter. @throws Error when nothing is written about it */
export function fieldDocumentation(name: string): FieldDocumentation {
  const found = FIELD_DOCUMENTATION[name];
  if (found === undefined) throw new Error(`no entry for the parameter ${name} in lambda/http/fields-documentation.ts`);
  return found;
}
