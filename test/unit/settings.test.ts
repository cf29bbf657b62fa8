import { describe, expect, it } from '@jest/globals';
import { REAPER } from '../../lambda/pool/event.ts';
import { loadSettings, SettingsError } from '../../lambda/settings.ts';

const TABLE = {
  STORE: 'dynamodb',
  TABLE_NAME: 'vm-pool-dev',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
};

describe('loadSettings', () => {
  it('has a default for everything', () => {
    expect(loadSettings({})).toEqual({
      store: { kind: 'memory' },
      provider: { kind: 'mock' },
      limits: { defaultMinutes: 480, maxMinutes: 10_080 },
      check: { maxFailures: 3, backoffSec: 30, timeoutSec: 5 },
      eventsKeptDays: 90,
      authorization: { kind: 'none', adminUsers: [] },
      callerRequestsPerMinute: 120,
      mockFailingVms: [],
      metricsNamespace: undefined,
      metricsToken: undefined,
      onLambda: false,
    });
  });

  it('reads every setting', () => {
    expect(
      loadSettings({
        ...TABLE,
        AWS_SESSION_TOKEN: 'token',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
        AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
        EVENTS_KEPT_DAYS: '7',
        CHECK_BACKOFF_SECONDS: '0',
        CHECK_TIMEOUT_SECONDS: '9',
        ADMIN_USERS: 'ops,root',
        LEASE_DEFAULT_MINUTES: '30',
        LEASE_MAX_MINUTES: '60',
        CHECK_MAX_FAILURES: '1',
        CALLER_REQUESTS_PER_MINUTE: '5',
        MOCK_FAILING_VMS: 'vm-01, vm-02,',
        METRICS_NAMESPACE: 'vm-pool-dev',
        AWS_LAMBDA_FUNCTION_NAME: 'vm-pool-dev',
      }),
    ).toEqual({
      store: {
        kind: 'dynamodb',
        tableName: 'vm-pool-dev',
        region: 'eu-central-1',
        endpoint: 'http://127.0.0.1:8000',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
      },
      provider: { kind: 'mock' },
      limits: { defaultMinutes: 30, maxMinutes: 60 },
      check: { maxFailures: 1, backoffSec: 0, timeoutSec: 9 },
      eventsKeptDays: 7,
      authorization: { kind: 'none', adminUsers: ['ops', 'root'] },
      callerRequestsPerMinute: 5,
      mockFailingVms: ['vm-01', 'vm-02'],
      metricsNamespace: 'vm-pool-dev',
      onLambda: true,
    });
  });

  it.each([
    {
      variables: {
        AUTHORIZATION: 'iam',
        AWS_REGION: 'eu-central-1',
        OPERATOR_ARNS: 'arn:aws:iam::1:user/ops-*, arn:aws:sts::1:assumed-role/Ops/*',
      },
      authorization: {
        kind: 'iam',
        region: 'eu-central-1',
        operatorArns: ['arn:aws:iam::1:user/ops-*', 'arn:aws:sts::1:assumed-role/Ops/*'],
        sessionNameRoles: ['AWSReservedSSO_*'],
      },
    },
    {
      variables: { AUTHORIZATION: 'jwt' },
      authorization: {
        kind: 'jwt',
        userId: '{sub}',
        requiredClaims: [],
        operatorClaim: '',
        operatorValues: [],
        audiences: [],
      },
    },
    {
      variables: {
        AUTHORIZATION: 'jwt',
        JWT_USER_ID: '{repository}@{run_id}',
        JWT_REQUIRED_CLAIMS: 'repository_owner_id=12, repository_owner_id=34',
        JWT_OPERATOR_CLAIM: 'cognito:groups',
        JWT_OPERATOR_VALUES: 'ops,admins',
        JWT_ISSUER: 'https://id.example.com/tenant',
        JWT_AUDIENCES: 'vm-pool,labs',
        SIGN_IN_CLIENT_ID: 'vm-pool-people',
        SIGN_IN_SCOPES: 'openid offline_access',
      },
      authorization: {
        kind: 'jwt',
        userId: '{repository}@{run_id}',
        requiredClaims: ['repository_owner_id=12', 'repository_owner_id=34'],
        operatorClaim: 'cognito:groups',
        operatorValues: ['ops', 'admins'],
        issuer: 'https://id.example.com/tenant',
        audiences: ['vm-pool', 'labs'],
        signIn: { clientId: 'vm-pool-people', scopes: 'openid offline_access' },
      },
    },
  ])('reads who may call: $variables', ({ variables, authorization }) => {
    expect(loadSettings(variables).authorization).toEqual(authorization);
  });

  it('reads where the token of the metrics is: a file, or a parameter, which needs AWS', () => {
    expect(loadSettings({ METRICS_TOKEN: './token' }).metricsToken).toEqual({ place: './token', aws: undefined });
    const { metricsToken } = loadSettings({ ...TABLE, STORE: 'memory', METRICS_TOKEN: 'ssm:/vm-pool/token' });
    expect(metricsToken).toMatchObject({ place: 'ssm:/vm-pool/token', aws: { region: 'eu-central-1' } });
    expect(() => loadSettings({ METRICS_TOKEN: 'ssm:/vm-pool/token' })).toThrow(
      /AWS_REGION .* a parameter of SSM is named/,
    );
  });

  it.each(['ssm:', 'ssm:/vm-pool/*', 'secretsmanager:token'])(
    'refuses %s for METRICS_TOKEN, and does not repeat it',
    (value) => {
      const bad = 'bad configuration: METRICS_TOKEN must be ssm:NAME or a file';
      expect(() => loadSettings({ ...TABLE, METRICS_TOKEN: value })).toThrow(new Error(bad));
    },
  );

  it('treats empty texts, as Terraform passes them, as unset', () => {
    expect(loadSettings({ MOCK_FAILING_VMS: '', METRICS_NAMESPACE: '', TABLE_NAME: '' })).toEqual(loadSettings({}));
  });

  it.each([
    { name: 'ADMIN_USERS', value: ',,' },
    { name: 'ADMIN_USERS', value: 'a/b' },
    { name: 'ADMIN_USERS', value: REAPER },
    { name: 'ADMIN_USERS', value: 'ops,a b' },
    { name: 'MOCK_FAILING_VMS', value: 'vm 1' },
    { name: 'OPERATOR_ARNS', value: 'ops' },
    { name: 'SESSION_NAME_ROLES', value: 'a/b' },
    { name: 'JWT_USER_ID', value: 'sub' },
    { name: 'JWT_USER_ID', value: '{a}{b}' },
    { name: 'JWT_USER_ID', value: '{a' },
    { name: 'JWT_USER_ID', value: '{sub}é' },
    { name: 'JWT_USER_ID', value: '{a} {b}' },
    { name: 'JWT_REQUIRED_CLAIMS', value: 'hd' },
    { name: 'JWT_REQUIRED_CLAIMS', value: '=a' },
    { name: 'JWT_OPERATOR_VALUES', value: '[ops]' },
    { name: 'JWT_ISSUER', value: 'id.example.com' },
    { name: 'JWT_ISSUER', value: 'https://user@id.example.com' },
    { name: 'JWT_AUDIENCES', value: 'vm pool' },
    { name: 'SIGN_IN_CLIENT_ID', value: 'vm pool' },
    { name: 'SIGN_IN_SCOPES', value: 'openid  email' },
  ])('refuses $value for $name', ({ name, value }) => {
    const mode = /^(JWT|SIGN_IN)_/.test(name) ? { AUTHORIZATION: 'jwt' } : {};
    expect(() => loadSettings({ ...mode, [name]: value })).toThrow(`bad configuration: ${name} must be `);
  });

  it('reports all faults at once', () => {
    const load = () =>
      loadSettings({ STORE: 'disk', LEASE_MAX_MINUTES: '1.5', CHECK_MAX_FAILURES: '0', METRICS_NAMESPACE: 'a b' });
    expect(load).toThrow(SettingsError);
    expect(load).toThrow(
      'bad configuration: STORE must be memory or dynamodb; LEASE_MAX_MINUTES must be a whole number from 1 to 525600; ' +
        'CHECK_MAX_FAILURES must be a whole number from 1 to 100; ' +
        'METRICS_NAMESPACE must be at most 255 characters of A-Z a-z 0-9 . - _ / # :',
    );
  });

  it('requires table, region and credentials when leases live in a table', () => {
    const load = () => loadSettings({ STORE: 'dynamodb', CHECK_MAX_FAILURES: '0', AWS_ENDPOINT_URL: 'localhost:8000' });
    expect(load).toThrow(
      'bad configuration: CHECK_MAX_FAILURES must be a whole number from 1 to 100; ' +
        'TABLE_NAME must be the name of a table, 3 to 255 of A-Z a-z 0-9 _ . - where STORE is dynamodb; ' +
        'AWS_REGION must be the AWS region, such as eu-central-1 where AUTHORIZATION is iam, or PROVIDER is ec2, or a table, an inventory in S3, a key of KMS or a parameter of SSM is named; ' +
        'AWS_ACCESS_KEY_ID must be set where PROVIDER is ec2, or a table, an inventory in S3, a key of KMS or a parameter of SSM is named; ' +
        'AWS_SECRET_ACCESS_KEY must be set where PROVIDER is ec2, or a table, an inventory in S3, a key of KMS or a parameter of SSM is named; ' +
        'AWS_ENDPOINT_URL must be a URL without a path, such as http://127.0.0.1:8000',
    );
  });

  it('reads where an inventory is, and what its VMs need', () => {
    const inventory = {
      PROVIDER: 'static',
      INVENTORY: 's3://vm-pool-dev/vms.json',
      CONFIRMED_INVENTORY: 'a'.repeat(64),
      CERTIFICATE_AUTHORITY: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab',
      CERTIFICATE_AUTHORITY_PUBLIC_KEYS: 'MFkwEwYHKoZIzj0CAQY=,MFkwEwYHKoZIzj0CAQZ=',
      VISITOR_FUNCTION: 'vm-pool-dev-visitor',
      AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9000',
    };
    expect(loadSettings({ ...TABLE, ...inventory, AWS_ENDPOINT_URL: 'http://aws.test' }).provider).toEqual({
      kind: 'static',
      inventory: inventory.INVENTORY,
      confirmedInventory: inventory.CONFIRMED_INVENTORY,
      certificateAuthority: inventory.CERTIFICATE_AUTHORITY,
      certificateAuthorityPublicKeys: ['MFkwEwYHKoZIzj0CAQY=', 'MFkwEwYHKoZIzj0CAQZ='],
      visitorFunction: 'vm-pool-dev-visitor',
      aws: {
        region: 'eu-central-1',
        endpoint: 'http://aws.test',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      },
      lambdaEndpoint: 'http://127.0.0.1:9000',
    });
  });

  it('refuses leases in memory for real VMs on Lambda, where each process has its own', () => {
    const env = { PROVIDER: 'static', INVENTORY: 'vms.json', AWS_LAMBDA_FUNCTION_NAME: 'vm-pool-dev' };
    expect(() => loadSettings(env)).toThrow('PROVIDER static needs STORE=dynamodb on Lambda');
    expect(loadSettings({ ...TABLE, ...env }).provider.kind).toBe('static');
  });

  it('needs nothing of AWS for an inventory in a file', () => {
    expect(loadSettings({ PROVIDER: 'static', INVENTORY: 'vms.json' }).provider).toEqual({
      kind: 'static',
      inventory: 'vms.json',
      certificateAuthorityPublicKeys: [],
    });
  });

  it.each([
    { rule: 'requires an inventory', env: {}, says: 'INVENTORY must be where the inventory is: ' },
    { rule: 'knows no other place', env: { INVENTORY: 'https://a/b' }, says: 'INVENTORY must be where ' },
    { rule: 'requires AWS for S3', env: { INVENTORY: 's3://bucket/key' }, says: 'AWS_REGION must be the AWS region' },
    {
      rule: 'knows a confirmation by its digits',
      env: { INVENTORY: 'a', CONFIRMED_INVENTORY: 'yes' },
      says: 'CONFIRMED_INVENTORY must be the SHA-256 of an inventory',
    },
    {
      rule: 'knows KMS keys by their ARN',
      env: { INVENTORY: 'a', CERTIFICATE_AUTHORITY: 'arn:aws:kms:eu-central-1:123456789012:alias/ca' },
      says: 'CERTIFICATE_AUTHORITY must be the ARN of a KMS key',
    },
  ])('with PROVIDER=static, $rule', ({ env, says }) => {
    expect(() => loadSettings({ PROVIDER: 'static', ...env })).toThrow(says);
  });

  describe('with PROVIDER=ec2', () => {
    const EC2 = { ...TABLE, PROVIDER: 'ec2', INVENTORY: 'vms.json' };
    const REAL = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };

    it('knows the keys of the tags, and how to reach AWS though the inventory is a file', () => {
      expect(loadSettings({ ...EC2, ...REAL, EC2_POOL_TAG: 'team/pool' }).provider).toMatchObject({
        kind: 'ec2',
        tags: { pool: 'team/pool', port: 'vm-pool:port', user: 'vm-pool:user' },
        aws: { region: 'eu-central-1' },
      });
    });

    it.each([
      { rule: 'requires AWS', env: { AWS_REGION: '' }, says: 'AWS_REGION must be the AWS region' },
      {
        rule: 'refuses a tag of AWS',
        env: { EC2_PORT_TAG: 'aws:port' },
        says: 'EC2_PORT_TAG must be the key of a tag',
      },
      {
        rule: 'refuses leases in memory on Lambda',
        env: { STORE: 'memory', AWS_LAMBDA_FUNCTION_NAME: 'vm-pool-dev' },
        says: 'PROVIDER ec2 needs STORE=dynamodb on Lambda',
      },
    ])('$rule', ({ env, says }) => {
      expect(() => loadSettings({ ...EC2, ...REAL, ...env })).toThrow(says);
    });
  });

  it.each([
    { rule: "is the region's own by default", env: {}, endpoint: undefined },
    {
      rule: 'is set for all services of AWS',
      env: { AWS_ENDPOINT_URL: 'http://aws.test' },
      endpoint: 'http://aws.test',
    },
    {
      rule: "is the region's own when the variable is empty",
      env: { AWS_ENDPOINT_URL_DYNAMODB: '' },
      endpoint: undefined,
    },
  ])('uses an endpoint of DynamoDB that $rule', ({ env, endpoint }) => {
    expect(loadSettings({ ...TABLE, ...env }).store).toEqual({
      kind: 'dynamodb',
      tableName: 'vm-pool-dev',
      region: 'eu-central-1',
      endpoint,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    });
  });

  it('ignores the settings of AWS when leases live in memory', () => {
    expect(loadSettings({ AWS_REGION: '?', AWS_ENDPOINT_URL: '?' })).toEqual(loadSettings({}));
  });

  it('requires the default length to be within the longest', () => {
    const load = () => loadSettings({ LEASE_DEFAULT_MINUTES: '61', LEASE_MAX_MINUTES: '60' });
    expect(load).toThrow('bad configuration: LEASE_DEFAULT_MINUTES must not be more than LEASE_MAX_MINUTES');
  });

  it.each([{ JWT_OPERATOR_CLAIM: 'groups' }, { JWT_OPERATOR_VALUES: 'ops' }])(
    'requires both settings that make an operator of a token, not %j',
    (half) => {
      const says = 'bad configuration: JWT_OPERATOR_CLAIM and JWT_OPERATOR_VALUES belong together: set both or none';
      expect(() => loadSettings(half)).toThrow(says);
    },
  );
});
