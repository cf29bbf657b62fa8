/** Reads what a folder of Terraform declares: required versions, variables and outputs. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from '@cdktn/hcl2json';

/** A version that Terraform or a provider must have. */
export interface Requirement {
  name: string;
  version: string;
}

/** A variable. */
export interface Input {
  name: string;
  description: string;
  /** As written in the source, `list(string)`. */
  type: string;
  /** Absent when the variable is required; `null` is a default like any other. */
  default?: unknown;
}

/** An output; its value is known only after an apply. */
export interface Output {
  name: string;
  description: string;
}

/** What one folder declares. */
export interface Configuration {
  requirements: Requirement[];
  inputs: Input[];
  outputs: Output[];
}

/** The blocks of one `.tf` file, as far as they are read here. Every block is a list, since HCL lets it be repeated. */
interface HclFile {
  terraform?: { required_version?: string; required_providers?: Record<string, { version?: string }>[] }[];
  variable?: Record<string, { description?: string; type?: string; default?: unknown }[]>;
  output?: Record<string, { description?: string }[]>;
}

/** Reads the `.tf` files of one folder, without its subfolders. Each list comes in the order of terraform-docs. */
export async function readConfiguration(folder: string): Promise<Configuration> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const files = await Promise.all(
    names.map(async (name) => (await parse(name, readFileSync(path.join(folder, name), 'utf8'))) as HclFile),
  );
  return {
    requirements: files.flatMap(({ terraform = [] }) => terraform).flatMap(requirementsOf),
    inputs: files.flatMap(({ variable = {} }) => Object.entries(variable).map(inputOf)).sort(byName),
    outputs: files.flatMap(({ output = {} }) => Object.entries(output).map(outputOf)).sort(byName),
  };
}

function requirementsOf({ required_version, required_providers = [] }: NonNullable<HclFile['terraform']>[number]) {
  const providers = required_providers
    .flatMap(Object.entries<{ version?: string }>)
    .map(([name, { version = '' }]) => ({ name, version }))
    .sort(byName);
  return required_version === undefined ? providers : [{ name: 'terraform', version: required_version }, ...providers];
}

function inputOf([name, [block = {}]]: [string, { description?: string; type?: string; default?: unknown }[]]): Input {
  const { description = '', type = '' } = block;
  return {
    name,
    description,
    // A type is an expression, which the parser hands over as a template: `${list(string)}`.
    type: type.replace(/^\$\{(.*)\}$/s, '$1'),
    ...('default' in block ? { default: block.default } : {}),
  };
}

function outputOf([name, [block = {}]]: [string, { description?: string }[]]): Output {
  return { name, description: block.description ?? '' };
}

const byName = (one: { name: string }, other: { name: string }): number => (one.name < other.name ? -1 : 1);
