/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // No test is about speed: a busy computer must not fail one.
  testTimeout: 30_000,
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Types are checked once by the lint suite, not in each test run.
  transform: { '^.+[.]ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.json', diagnostics: false }] },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  // The store in DynamoDB is covered by the integration suite.
  collectCoverageFrom: [
    'lambda/**/*.ts',
    '!lambda/store/dynamodb/**',
    'scripts/lib/gateway/**/*.ts',
    'scripts/lib/logs/**/*.ts',
  ],
  coverageReporters: ['text', 'lcov'],
};
