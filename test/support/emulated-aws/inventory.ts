import type { EmulatedAws } from './server.ts';

/** Names of what an account holds, of every kind that the service creates. */
export interface Inventory {
  readonly functions: string[];
  readonly apis: string[];
  readonly roles: string[];
  readonly logGroups: string[];
  readonly dashboards: string[];
  readonly alarms: string[];
  readonly schedules: string[];
  readonly scheduleGroups: string[];
  readonly domains: string[];
  readonly buckets: string[];
}

/** Lists the account, each kind by AWS's own API. */
export async function inventoryOf(aws: EmulatedAws): Promise<Inventory> {
  const logs = { 'x-amz-target': 'Logs_20140328.DescribeLogGroups', 'content-type': 'application/x-amz-json-1.1' };
  return {
    functions: names(await aws.ask('lambda', '/2015-03-31/functions'), 'FunctionName'),
    apis: names(await aws.ask('apigateway', '/v2/apis'), 'name'),
    roles: names(await aws.ask('iam', '/?Action=ListRoles&Version=2010-05-08'), 'RoleName'),
    logGroups: names(await aws.ask('logs', '/', { method: 'POST', headers: logs, body: '{}' }), 'logGroupName'),
    dashboards: names(await aws.ask('monitoring', '/?Action=ListDashboards&Version=2010-08-01'), 'DashboardName'),
    alarms: names(await aws.ask('monitoring', '/?Action=DescribeAlarms&Version=2010-08-01'), 'AlarmName'),
    schedules: names(await aws.ask('scheduler', '/schedules'), 'Name'),
    scheduleGroups: names(await aws.ask('scheduler', '/schedule-groups'), 'Name').filter((name) => name !== 'default'),
    domains: names(await aws.ask('apigateway', '/v2/domainnames'), 'domainName'),
    buckets: names(await aws.ask('s3', '/'), 'Name'),
  };
}

/** All values of one field, whether the answer is JSON or XML. */
function names(answer: string, field: string): string[] {
  const values = answer.matchAll(new RegExp(`(?:"${field}": ?"|<${field}>)([^"<]+)`, 'g'));
  return [...values].map(([, value = '']) => value).sort();
}
