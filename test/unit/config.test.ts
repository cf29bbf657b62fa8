import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '../../lambda/config.ts';

describe('loadConfig', () => {
  it('has a default for everything', () => {
    expect(loadConfig({})).toEqual({
      store: { kind: 'memory' },
      limits: { defaultMinutes: 480, maxMinutes: 10_080 },
      check: { maxFailures: 3, backoffSec: 30, timeoutSec: 5 },
      eventsKeptDays: 90,
      adminUsers: [],
      mockFailingVms: [],
      metricsNamespace: undefined,
      onLambda: false,
    });
  });

  it('reads every setting', () => {
    expect(
      loadConfig({
        STORE: 'dynamodb',
        TABLE_NAME: 'vm-pool-dev',
        EVENTS_KEPT_DAYS: '7',
        CHECK_BACKOFF_SECONDS: '0',
        CHECK_TIMEOUT_SECONDS: '9',
        ADMIN_USERS: 'ops,root',
        LEASE_DEFAULT_MINUTES: '30',
        LEASE_MAX_MINUTES: '60',
        CHECK_MAX_FAILURES: '1',
        MOCK_FAILING_VMS: 'vm-01, vm-02,',
        METRICS_NAMESPACE: 'vm-pool-dev',
        AWS_LAMBDA_FUNCTION_NAME: 'vm-pool-dev',
      }),
    ).toEqual({
      store: { kind: 'dynamodb', tableName: 'vm-pool-dev' },
      limits: { defaultMinutes: 30, maxMinutes: 60 },
      check: { maxFailures: 1, backoffSec: 0, timeoutSec: 9 },
      eventsKeptDays: 7,
      adminUsers: ['ops', 'root'],
      mockFailingVms: ['vm-01', 'vm-02'],
      metricsNamespace: 'vm-pool-dev',
      onLambda: true,
    });
  });

  it('takes settings that are there but empty as Terraform passes them', () => {
    expect(loadConfig({ MOCK_FAILING_VMS: '', METRICS_NAMESPACE: '', TABLE_NAME: '' })).toEqual(loadConfig({}));
  });

  it('names every fault at once', () => {
    const load = () =>
      loadConfig({ STORE: 'disk', LEASE_MAX_MINUTES: '1.5', CHECK_MAX_FAILURES: '0', METRICS_NAMESPACE: 'a b' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(
      'bad configuration: STORE must be memory or dynamodb; LEASE_MAX_MINUTES must be a whole number from 1 to 525600; ' +
        'CHECK_MAX_FAILURES must be a whole number from 1 to 100; ' +
        'METRICS_NAMESPACE must be at most 255 characters of A-Z a-z 0-9 . - _ / # :',
    );
  });

  it('wants the name of the table where leases live in one', () => {
    const load = () => loadConfig({ STORE: 'dynamodb' });
    expect(load).toThrow('bad configuration: TABLE_NAME must name the table when STORE is dynamodb');
  });

  it('wants the default length within the longest', () => {
    const load = () => loadConfig({ LEASE_DEFAULT_MINUTES: '61', LEASE_MAX_MINUTES: '60' });
    expect(load).toThrow('bad configuration: LEASE_DEFAULT_MINUTES must not be more than LEASE_MAX_MINUTES');
  });
});
