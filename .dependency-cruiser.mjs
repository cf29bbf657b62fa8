/**
 * Imports point inwards: index → service, real-vms (→ ec2-vms), scrapers → http, store, providers, access, visitor, telemetry → aws, pool;
 * and in the second function visitor.ts → visitor, telemetry → pool. Outside the service console → client.
 * See the layout in README.md.
 */
const adapters = ['http', 'store', 'providers', 'access', 'visitor', 'telemetry'];

/** The packages of which the functions are made, see `scripts/lib/build.ts`. */
const packages = [
  '@aws-sdk/(util-dynamodb|xml-builder)',
  '@microsoft/dev-tunnels-ssh',
  '@smithy/(core|node-http-handler|signature-v4)',
  'croner',
  'p-map',
  'prom-client',
  'valibot',
];

/** The packages of which the page is made, see `scripts/lib/bundle/console.ts`. */
const packagesOfPage = ['oidc-client-ts', 'preact'];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pool-knows-nobody',
      comment:
        'The rules of lending are pure: no AWS, no HTTP, and no library but those that limit what runs in parallel and read cron expressions.',
      severity: 'error',
      from: { path: '^lambda/pool/' },
      to: { pathNot: '^lambda/pool/|/(p-map|croner)/' },
    },
    ...adapters.map((adapter) => ({
      name: `${adapter}-knows-only-the-pool`,
      severity: 'error',
      from: { path: `^lambda/${adapter}/` },
      to: { path: '^lambda/', pathNot: `^lambda/((${adapter}|pool|aws)/|openapi[.]json$)` },
    })),
    {
      name: 'client-knows-only-the-contract',
      comment: 'It runs in browsers too: nothing of the service, of Node or of a package.',
      severity: 'error',
      from: { path: '^lambda/client/' },
      to: { pathNot: '^lambda/client/' },
    },
    {
      name: 'console-knows-only-the-client',
      severity: 'error',
      from: { path: '^lambda/console/' },
      to: { path: '^lambda/', pathNot: '^lambda/(client|console)/' },
    },
    {
      name: 'the-service-knows-no-client',
      severity: 'error',
      from: { path: '^lambda/', pathNot: '^lambda/(client|console)/' },
      to: { path: '^lambda/(client|console)/' },
    },
    {
      name: 'aws-knows-nobody',
      comment: 'The client of AWS is for the adapters; http/ never needs it.',
      severity: 'error',
      from: { path: '^lambda/aws/' },
      to: { path: '^lambda/', pathNot: '^lambda/(aws/|pool/defined[.]ts$)' },
    },
    {
      name: 'http-knows-no-aws',
      severity: 'error',
      from: { path: '^lambda/http/' },
      to: { path: '^lambda/aws/' },
    },
    {
      name: 'the-visitor-function-knows-no-aws',
      comment: 'It talks to VMs, which may be hostile: no permission, no key, no code that calls AWS.',
      severity: 'error',
      from: { path: '^lambda/visitor[.]ts$' },
      to: { path: '^lambda/(?!(visitor|pool|telemetry)/)|@(aws-sdk|smithy)/', reachable: true },
    },
    {
      name: 'the-service-is-put-together-once',
      severity: 'error',
      from: { path: '^lambda/', pathNot: '^lambda/index[.]ts$' },
      to: { path: '^lambda/service[.]ts$' },
    },
    {
      name: 'settings-are-passed-in',
      severity: 'error',
      from: { path: '^lambda/', pathNot: '^lambda/(index|service|settings-documentation)[.]ts$' },
      to: { path: '^lambda/settings[.]ts$' },
    },
    {
      name: 'aws-sdk-in-its-adapters',
      severity: 'error',
      from: { path: '^lambda/', pathNot: '^lambda/(aws|store|telemetry)/' },
      to: { path: '@(aws-sdk|smithy)/' },
    },
    {
      name: 'only-the-product-is-bundled',
      severity: 'error',
      from: { path: '^lambda/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'scripts-run-without-the-tests',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^test/' },
    },
    {
      name: 'only-what-the-service-is-made-of',
      comment: 'Nothing else is bundled with it. Types may come from anywhere: nothing of them is bundled.',
      severity: 'error',
      from: { path: '^lambda/', pathNot: '^lambda/console/' },
      to: {
        path: 'node_modules/',
        pathNot: `node_modules/(${packages.join('|')})/`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-what-the-page-is-made-of',
      severity: 'error',
      from: { path: '^lambda/console/' },
      to: { path: 'node_modules/', pathNot: `node_modules/(${packagesOfPage.join('|')})/` },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^(lambda|scripts|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
