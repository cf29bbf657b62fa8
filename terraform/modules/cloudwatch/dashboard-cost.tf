# Question 4: the use that AWS bills, because CloudWatch knows no costs of one service.
locals {
  cost = {
    text = <<-EOT
      # 4 What does it cost?
      These graphs show use, not money: AWS knows costs by account and tag only${var.budget_name == null ? "" : " ([budget ${var.budget_name}](https://${local.console_domain}/billing/home#/budgets))"}. Prices are in terraform/README.md, "What it costs". Not here, because they are the same each month: alarms, this dashboard, keys, schedule. Each look at a table of this page scans its log.
    EOT

    graphs = concat(
      [
        {
          title = "Leases, and the hours that ended ones lasted"
          stat  = "Sum"
          metrics = [
            [var.metrics_namespace, "Grants", { label = "leases" }],
            [var.metrics_namespace, "LoginCredentials", { label = "log-in credentials" }],
            [var.metrics_namespace, "LeaseSeconds", { id = "lent", visible = false }],
            [{ expression = "lent / 3600", label = "hours", yAxis = "right" }],
          ]
        },
        {
          title = "Requests to the API and invocations of the function"
          stat  = "Sum"
          metrics = [
            concat(["AWS/ApiGateway", "Count"], local.api, [{ label = "requests" }]),
            concat(["AWS/Lambda", "Invocations"], local.function, [{ label = "invocations, ticks included" }]),
            concat(["AWS/Lambda", "Duration"], local.function, [{ id = "run", visible = false }]),
            [{ expression = "run / 1000", label = "seconds of the function", yAxis = "right" }],
          ]
        },
        {
          title = "Bytes written to the logs"
          stat  = "Sum"
          metrics = [for log, group in local.log_groups : ["AWS/Logs", "IncomingBytes", "LogGroupName", group, { label = log }]
            if group != null
          ]
        },
        {
          # AWS bills a metric for each hour in which it has figures. A search finds those with figures in the last two weeks.
          # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html
          title  = "Custom metrics with figures in the last two weeks"
          period = 3600
          metrics = [[{
            expression = "TIME_SERIES(METRIC_COUNT(SEARCH('Namespace=\"${var.metrics_namespace}\"', 'SampleCount', 3600)))"
            label      = "custom metrics"
          }]]
        },
      ],
      [for pool in sort(var.pools_that_stop_vms) : {
        title   = "Pool ${pool}: free VMs that run and that are stopped"
        stacked = true
        period  = 60
        metrics = [for power in ["Running", "Stopped"] : [var.metrics_namespace, "FreeVms${power}", "pool", pool, { label = lower(power) }]]
      }],
      [for title in length(var.pools_that_stop_vms) == 0 ? [] : ["Hours saved by stopped VMs"] : {
        title  = title
        stat   = "Sum"
        period = 3600
        metrics = [
          [var.metrics_namespace, "StoppedSeconds", { id = "stopped", visible = false }],
          [{ expression = "stopped / 3600", label = "hours of all pools" }],
        ]
      }],
      [for table in var.table[*].name : {
        title = "Table: request units consumed, indexes too"
        stat  = "Sum"
        metrics = [
          ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", table, { label = "read" }],
          ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", table, { label = "write" }],
          [{
            expression = "SEARCH('{AWS/DynamoDB,GlobalSecondaryIndexName,TableName} MetricName=\"ConsumedReadCapacityUnits\" TableName=\"${table}\"', 'Sum', 300)"
            label      = "read of $${PROP('Dim.GlobalSecondaryIndexName')}"
          }],
          [{
            expression = "SEARCH('{AWS/DynamoDB,GlobalSecondaryIndexName,TableName} MetricName=\"ConsumedWriteCapacityUnits\" TableName=\"${table}\"', 'Sum', 300)"
            label      = "write of $${PROP('Dim.GlobalSecondaryIndexName')}"
          }],
        ]
      }],
    )

    tables = []
  }
}
