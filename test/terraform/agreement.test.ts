/** Terraform and the function declare settings in two languages, which must agree. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from '@cdktn/hcl2json';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Setting } from '../../lambda/setting-kinds.ts';
import { SETTINGS } from '../../lambda/settings.ts';
import type { SettingDocumentation } from '../../lambda/settings-documentation.ts';
import { SETTING_DOCUMENTATION } from '../../lambda/settings-documentation.ts';

interface Variable {
  readonly type?: string;
  readonly default?: string | number | boolean | readonly string[] | null;
  readonly validation?: readonly { readonly condition: string }[];
}

interface Configuration {
  readonly variable?: Readonly<Record<string, readonly Variable[]>>;
  readonly module?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

const folder = fileURLToPath(new URL('../../terraform/', import.meta.url));

let files: readonly Configuration[];

beforeAll(async () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  files = await Promise.all(
    names.map(async (name) => (await parse(name, readFileSync(folder + name, 'utf8'))) as Configuration),
  );
});

const settings = Object.entries<SettingDocumentation>(SETTING_DOCUMENTATION).map(([name, documentation]) => {
  const setting: Setting = SETTINGS[name as keyof typeof SETTINGS];
  return { name, ...documentation, ...setting };
});
const variables = settings.flatMap(({ variable, ...setting }) =>
  variable === undefined ? [] : [{ ...setting, variable }],
);

describe('each setting with a Terraform variable', () => {
  it.each(variables)('$name has the default of $variable', ({ variable, default: text }) => {
    expect(defaultOf(variable)).toBe(text);
  });

  it.each(variables.filter(({ bounds }) => bounds !== undefined))('$name has the bounds of $variable', (setting) => {
    expect(boundsOf(setting.variable)).toEqual(setting.bounds);
  });

  it.each(variables.filter(({ choices }) => choices !== undefined))('$name has the choices of $variable', (setting) => {
    const [, list] = /contains\((\[[^\]]*\])/.exec(conditionsOf(setting.variable)) ?? [];
    expect(JSON.parse(list ?? 'null')).toEqual(setting.choices);
  });
});

it("the function's environment holds every setting that Terraform sets, and nothing else", () => {
  const [lambda] = files.flatMap(({ module = {} }) => module.lambda ?? []);
  const bySomebodyElse = ['never set', 'set by Lambda'];
  const names = settings.filter(({ setBy = '' }) => !bySomebodyElse.includes(setBy)).map(({ name }) => name);
  expect(Object.keys(lambda?.environment_variables ?? {}).sort()).toEqual(names.sort());
});

/** A variable, or a field of one that is an object: that has its default in the type. */
function variableOf(path: string): Variable {
  const [name = '', field] = path.split('.');
  const variable = rootVariable(name);
  if (field === undefined) return variable;
  const [, fallback] = new RegExp(`\\b${field} *= *optional\\(\\w+, "([^"]*)"\\)`).exec(variable.type ?? '') ?? [];
  if (fallback === undefined) throw new Error(`unknown field: ${path}`);
  return { default: fallback };
}

function rootVariable(name: string): Variable {
  const [found] = files.flatMap(({ variable = {} }) => variable[name] ?? []);
  if (found === undefined) throw new Error(`unknown variable in terraform/: ${name}`);
  return found;
}

/** The default as the environment holds it: a list is joined with commas, and null sets no variable. */
function defaultOf(name: string): string {
  return String(variableOf(name).default ?? '');
}

function conditionsOf(name: string): string {
  return (variableOf(name).validation ?? []).map(({ condition }) => condition).join(' && ');
}

/** A bound may be another variable; then that variable's bound counts. */
function boundsOf(name: string): { min: number; max: number } {
  const boundBy = (operator: string): number => {
    const [, bound = '', other] =
      new RegExp(`var\\.${name} ${operator} (\\d+|var\\.(\\w+))`).exec(conditionsOf(name)) ?? [];
    return other === undefined ? Number(bound) : boundsOf(other)[operator === '>=' ? 'min' : 'max'];
  };
  return { min: boundBy('>='), max: boundBy('<=') };
}
