import { readFileSync } from 'node:fs';

/** What the root's variable `alarms` says where nobody sets it. */
export function defaultThresholds(): Record<string, number> {
  const variables = readFileSync(new URL('../../../terraform/variables.tf', import.meta.url), 'utf8');
  const [, block = ''] = /variable "alarms" \{([\s\S]*?)\n\}/.exec(variables) ?? [];
  const defaults = block.matchAll(/(\w+) += optional\(number, (\d+)\)/g);
  return Object.fromEntries([...defaults].map(([, name = '', value]) => [name, Number(value)]));
}
