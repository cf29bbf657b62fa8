/** Metrics of AWS that dashboard and alarms may read, with each set of dimensions that AWS writes them with. */

/** Names by dimensions, by namespace. */
type AwsMetrics = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export const AWS_METRICS: AwsMetrics = {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
  'AWS/ApiGateway': { 'ApiId,Stage': ['4xx', '5xx', 'Count', 'DataProcessed', 'IntegrationLatency', 'Latency'] },
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  'AWS/Lambda': { FunctionName: ['ConcurrentExecutions', 'Duration', 'Errors', 'Invocations', 'Throttles'] },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
  'AWS/Logs': { LogGroupName: ['IncomingBytes', 'IncomingLogEvents'] },
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
  'AWS/DynamoDB': {
    TableName: [
      'ConsumedReadCapacityUnits',
      'ConsumedWriteCapacityUnits',
      'ReadThrottleEvents',
      'TransactionConflict',
      'WriteThrottleEvents',
    ],
    'GlobalSecondaryIndexName,TableName': [
      'ConsumedReadCapacityUnits',
      'ConsumedWriteCapacityUnits',
      'ReadThrottleEvents',
      'WriteThrottleEvents',
    ],
    'Operation,TableName': ['SuccessfulRequestLatency', 'SystemErrors', 'ThrottledRequests'],
  },
};
