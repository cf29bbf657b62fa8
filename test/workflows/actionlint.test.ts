import { expect, it } from '@jest/globals';
import { lintWorkflow } from './actionlint.ts';
import { workflows } from './files.ts';

it.each(workflows)('actionlint accepts $path', async ({ path: file, text }) => {
  expect(await lintWorkflow(text, file)).toEqual([]);
});

it('actionlint reports an unknown context', async () => {
  const text = 'on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ nonsense.x }}\n';
  expect(await lintWorkflow(text, 'made-up.yml')).toEqual([expect.objectContaining({ line: 6 })]);
});
