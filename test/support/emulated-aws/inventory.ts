import type { EmulatedAws } from './server.ts';

/** Names of all resources in an account, from AWS's own APIs, for each kind of resource that the service creates. */
export async function inventoryOf(aws: EmulatedAws) {
  return {
    functions: names(await aws.ask('lambda', '/2015-03-31/functions'), 'FunctionName'),
    apis: names(await aws.ask('apigateway', '/v2/apis'), 'name'),
    roles: names(await aws.ask('iam', '/?Action=ListRoles&Version=2010-05-08'), 'RoleName'),
    logGroups: names(await aws.act('logs', 'Logs_20140328.DescribeLogGroups'), 'logGroupName'),
    dashboards: names(await aws.act('monitoring', 'GraniteServiceVersion20100801.ListDashboards'), 'DashboardName'),
    alarms: names(
      await aws.act('monitoring', 'GraniteServiceVersion20100801.DescribeAlarms', {
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      }),
      'AlarmName',
    ),
    savedQueries: names(await aws.act('logs', 'Logs_20140328.DescribeQueryDefinitions'), 'queryDefinitionId'),
    schedules: names(await aws.ask('scheduler', '/schedules'), 'Name'),
    scheduleGroups: names(await aws.ask('scheduler', '/schedule-groups'), 'Name').filter((name) => name !== 'default'),
    topics: names(await aws.ask('sns', '/?Action=ListTopics&Version=2010-03-31'), 'TopicArn'),
    domains: names(await aws.ask('apigateway', '/v2/domainnames'), 'domainName'),
    tables: tableNames(await aws.act('dynamodb', 'DynamoDB_20120810.ListTables')),
    buckets: names(await aws.ask('s3', '/'), 'Name'),
  };
}

function tableNames(answer: string): string[] {
  return (JSON.parse(answer) as { TableNames: string[] }).TableNames;
}

/** All values of one field, whether the answer is JSON or XML. */
function names(answer: string, field: string): string[] {
  const values = answer.matchAll(new RegExp(`(?:"${field}": ?"|<${field}>)([^"<]+)`, 'g'));
  return [...values].map(([, value = '']) => value).sort();
}
