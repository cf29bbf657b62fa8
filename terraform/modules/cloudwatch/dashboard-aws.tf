# Question 3: whether what runs the service is well: the function, the API before it, the table, and the function that visits VMs.
locals {
  aws = {
    text = <<-EOT
      # 3 Is AWS well?
      **Latency of the API above that of the function?** Requests wait for a cold start or for one another. **Throttles?** With leases in memory one invocation runs at a time; otherwise max_concurrency or the account's quota is used up.${var.table == null ? "" : " **Retries of the store?** DynamoDB throttles or fails; the function tries again."}
    EOT

    graphs = concat(
      [
        {
          title   = "Duration of the function, ms"
          metrics = [for stat in ["p50", "p99", "Maximum"] : concat(["AWS/Lambda", "Duration"], local.function, [{ label = stat, stat = stat }])]
        },
        {
          title = "Errors, throttles and concurrency of the function"
          stat  = "Sum"
          metrics = [
            concat(["AWS/Lambda", "Errors"], local.function, [{ label = "errors", color = "#d62728" }]),
            concat(["AWS/Lambda", "Throttles"], local.function, [{ label = "throttles", color = "#ff7f0e" }]),
            concat(["AWS/Lambda", "ConcurrentExecutions"], local.function, [{ label = "concurrent", stat = "Maximum", yAxis = "right" }]),
          ]
        },
        {
          title = "Latency of the API and of the function behind it, p99, ms"
          stat  = "p99"
          metrics = [
            concat(["AWS/ApiGateway", "Latency"], local.api, [{ label = "API" }]),
            concat(["AWS/ApiGateway", "IntegrationLatency"], local.api, [{ label = "function, with its start" }]),
          ]
        },
      ],
      flatten([for function in var.visitor[*].function_name : [
        {
          title   = "Visits to VMs: duration, ms"
          metrics = [for stat in ["p50", "p99", "Maximum"] : ["AWS/Lambda", "Duration", "FunctionName", function, { label = stat, stat = stat }]]
        },
        {
          title = "Visits to VMs: count, errors and throttles"
          stat  = "Sum"
          metrics = [
            ["AWS/Lambda", "Invocations", "FunctionName", function, { label = "visits" }],
            ["AWS/Lambda", "Errors", "FunctionName", function, { label = "errors", color = "#d62728" }],
            ["AWS/Lambda", "Throttles", "FunctionName", function, { label = "throttles", color = "#ff7f0e" }],
          ]
        },
      ]]),
      flatten([for table in var.table[*].name : [
        {
          title = "Table: throttled requests and faults of DynamoDB"
          stat  = "Sum"
          metrics = [
            [{
              expression = "SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName=\"ThrottledRequests\" TableName=\"${table}\"', 'Sum', 300)"
              label      = "$${PROP('Dim.Operation')} throttled"
            }],
            [{
              expression = "SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName=\"SystemErrors\" TableName=\"${table}\"', 'Sum', 300)"
              label      = "$${PROP('Dim.Operation')} failed"
            }],
          ]
        },
        {
          title = "Table: transactions that collided, and what the function tried again"
          stat  = "Sum"
          metrics = [
            ["AWS/DynamoDB", "TransactionConflict", "TableName", table, { label = "conflicts in DynamoDB" }],
            [var.metrics_namespace, "StoreConflicts", { label = "conflicts that the function saw" }],
            [var.metrics_namespace, "StoreRetries", { label = "retries" }],
          ]
        },
        {
          title = "Table: p99 latency by operation, ms"
          metrics = [[{
            expression = "SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName=\"SuccessfulRequestLatency\" TableName=\"${table}\"', 'p99', 300)"
            label      = "$${PROP('Dim.Operation')}"
          }]]
        },
      ]]),
    )

    tables = [for name in ["faults", "api-faults", "slowest-calls"] : local.query_tables[name]]
  }
}
