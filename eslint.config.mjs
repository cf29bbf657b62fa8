import eslint from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import simpleImportSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules/', '**/dist/', 'coverage/', '.cache/', '**/.terraform/', 'lambda/client/contract.ts'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.mjs'] } } } },
  {
    plugins: { 'simple-import-sort': simpleImportSort },
    rules: {
      // One block: Node's own modules, then packages, then ours.
      'simple-import-sort/imports': ['error', { groups: [['^node:', '^@?\\w', '^\\.']] }],
      'no-restricted-syntax': [
        'error',
        { selector: 'PrivateIdentifier', message: 'this code base writes `private`, not `#`' },
        { selector: 'ImportSpecifier[importKind="type"]', message: 'import types by `import type`' },
      ],
      // A method of a port is async for those who wait, also where this adapter has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
      // A switch is one decision, however many cases it has.
      complexity: ['error', { max: 10, variant: 'modified' }],
    },
  },
  {
    files: ['lambda/**/*.{ts,tsx}', 'scripts/**/*.ts'],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          require: { ClassDeclaration: true, FunctionDeclaration: true },
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'ExportNamedDeclaration > VariableDeclaration',
          ],
        },
      ],
    },
  },
  {
    files: ['lambda/**/*.{ts,tsx}'],
    ignores: ['lambda/settings.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'settings.ts is the only reader of environment variables' },
      ],
    },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off', complexity: 'off' } },
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
