/** Whoever an alarm wakes finds it in the runbook, and what the runbook tells them to run exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parseOptions as logsOptions } from '../../scripts/lib/logs/options.ts';
import { QUERIES } from '../../scripts/lib/logs/queries.ts';
import { parseOptions as restoreOptions } from '../../scripts/lib/restore-table/options.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const runbook = readFileSync(path.join(root, 'terraform/RUNBOOK.md'), 'utf8');
const headings = [...runbook.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);

function alarmNames(): string[] {
  const module = path.join(root, 'terraform/modules/cloudwatch');
  const files = readdirSync(module).filter((name) => name.endsWith('.tf'));
  const text = files.map((name) => readFileSync(path.join(module, name), 'utf8')).join('\n');
  const named = [...text.matchAll(/alarm_name\s*= "\$\{var\.name\}-([\w-]*[\w])/g)].map(([, name = '']) => name);
  const ofTable = [...text.matchAll(/^ {4}(table-[\w-]+) = \{/gm)].map(([, name = '']) => name);
  return [...named, ...ofTable];
}

/** As GitHub makes it: https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/** The words behind a program, in each of its commands. */
function commandsOf(pattern: RegExp): string[][] {
  return [...runbook.matchAll(pattern)].map(([, words = '']) => words.trim().replaceAll('$env', 'prod').split(/ +/));
}

describe('the runbook', () => {
  it('has a section for each alarm, under its name', () => {
    const names = alarmNames();
    expect(names.length).toBeGreaterThanOrEqual(11);
    expect(names.filter((name) => !headings.includes(name))).toEqual([]);
  });

  it('leads to sections that it has', () => {
    const links = [...runbook.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = '']) => anchor);
    const anchors = headings.map(anchorOf);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
  });

  it('asks the logs in words that they know', () => {
    const commands = commandsOf(/npm run logs -- ([^`\n]+)/g);
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) expect(logsOptions(command, Date.now())).toMatchObject({ json: false });
    const queries = [...runbook.matchAll(/`--query ([a-z-]+)`/g)].map(([, name = '']) => name);
    expect(queries.length).toBeGreaterThan(2);
    expect(queries.filter((name) => !QUERIES.has(name))).toEqual([]);
  });

  it('restores a table with options that exist', () => {
    const commands = commandsOf(/scripts\/restore-table (\$env[^`\n#]+)/g);
    expect(commands.map((command) => restoreOptions(command, Date.now()))).toEqual([
      expect.objectContaining({ environment: 'prod', isMeant: false }),
      expect.objectContaining({ environment: 'prod', isMeant: true }),
    ]);
  });

  it('runs scripts that exist', () => {
    const scripts = [...runbook.matchAll(/scripts\/[\w-]+/g)].map(([name]) => name);
    expect(new Set(scripts).size).toBeGreaterThan(3);
    expect(scripts.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });
});
