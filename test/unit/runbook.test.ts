/** The person whom an alarm wakes finds it in the runbook, and what the runbook says to run exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { REFUSALS } from '../../lambda/http/refusals.ts';
import { parseOptions as logsOptions } from '../../scripts/lib/logs/options.ts';
import { QUERIES } from '../../scripts/lib/logs/queries.ts';
import { parseOptions as restoreOptions } from '../../scripts/lib/restore-table/options.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const runbook = readFileSync(path.join(root, 'terraform/RUNBOOK.md'), 'utf8');
const headings = [...runbook.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);

const contract = JSON.parse(readFileSync(path.join(root, 'lambda/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
};

/** What Terraform watches with, where alarms and dashboard are described. */
const watch = ((module) => {
  const files = readdirSync(module).filter((name) => name.endsWith('.tf'));
  return files.map((name) => readFileSync(path.join(module, name), 'utf8')).join('\n');
})(path.join(root, 'terraform/modules/cloudwatch'));

function alarmNames(): string[] {
  const named = [...watch.matchAll(/alarm_name\s*= "\$\{var\.name\}-([\w-]*[\w])/g)].map(([, name = '']) => name);
  const ofTable = [...watch.matchAll(/^ {4}(table-[\w-]+) = \{/gm)].map(([, name = '']) => name);
  return [...named, ...ofTable];
}

/** Titles of the graphs on the dashboard. */
const graphTitles = () =>
  [...watch.matchAll(/title\s*= "(.*)"$/gm)].map(([, title = '']) => title.replace('${pool}', 'NAME'));

/** As GitHub makes it: https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/** The words behind a program, in each of its commands. */
function commandsOf(pattern: RegExp, text = runbook): string[][] {
  return [...text.matchAll(pattern)].map(([, words = '']) => words.trim().replaceAll('$env', 'prod').split(/ +/));
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

  it('sends nobody to a graph that the dashboard lacks', () => {
    const named = [...runbook.matchAll(/dashboard\s+("[^"]+"(?:\s+and\s+"[^"]+")*)/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title.replace(/\s+/g, ' ')),
    );
    expect(named.length).toBeGreaterThan(6);
    const titles = graphTitles();
    expect(named.filter((name) => !titles.some((title) => title.startsWith(name)))).toEqual([]);
  });

  it('says what to do about each answer that is a fault', () => {
    const [, section = ''] = /^## 5xx$([\s\S]*?)^## /m.exec(runbook) ?? [];
    const faults = Object.entries(REFUSALS).flatMap(([code, { status }]) => (status >= 500 ? [code] : []));
    expect(faults.filter((code) => code !== 'pool_empty' && !section.includes(`\`${code}\``))).toEqual([]);
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

describe('alarms and dashboard', () => {
  it('ask the log of their own environment, in words that it knows', () => {
    const commands = commandsOf(/\$\{local\.read_log\} (--[\w-]+(?: [\w-]+)?)/g, watch);
    expect(commands.length).toBeGreaterThan(5);
    for (const words of commands) {
      expect(() => logsOptions(['--log-group', '/aws/lambda/vm-pool-prod', ...words], Date.now())).not.toThrow();
    }
    expect(watch.match(/npm run logs -- (?!--log-group \$|--query NAME)/g)).toBeNull();
  });

  it.each([
    ['the runbook', runbook],
    ['alarms and dashboard', watch],
  ])('name calls that exist: %s', (_, text) => {
    const calls = [...text.matchAll(/\b(GET|POST) (\/[\w/-]+)(?:\?(\w+)=)?/g)];
    expect(calls.length).toBeGreaterThan(0);
    const unknown = calls.filter(([, method = '', where = '', parameter]) => {
      const operation = contract.paths[where.replace('/ID', '/{id}')]?.[method.toLowerCase()];
      const known = operation?.parameters?.map(({ name }) => name) ?? [];
      return operation === undefined || (parameter !== undefined && !known.includes(parameter));
    });
    expect(unknown.map(([call]) => call)).toEqual([]);
  });
});
