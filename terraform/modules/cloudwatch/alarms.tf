# Every description says what it means and what to do, because it is what the one who is woken reads.
locals {
  alarm_actions = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  alarm_name        = "${var.name}-function-errors"
  alarm_description = "Invocations of ${var.name} crashed or ran out of time. Faults that the function caught are not among them. Read the ERROR lines in ${aws_cloudwatch_log_group.function.name} (npm run logs -- --errors); if it began with a deployment, deploy the previous commit."

  namespace   = "AWS/Lambda"
  metric_name = "Errors"
  dimensions  = { FunctionName = var.function_name }
  statistic   = "Sum"
  period      = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_function_errors
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no invocation, no error

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name        = "${var.name}-throttles"
  alarm_description = "Lambda refused to run ${var.name} as often as it was called, and callers saw a 5xx. While leases live in memory only one invocation runs at a time, so this means more callers than that can serve: look on the dashboard who calls so often. Otherwise the account's concurrency is used up: find the function that does it, or ask AWS for a higher quota."

  namespace   = "AWS/Lambda"
  metric_name = "Throttles"
  dimensions  = { FunctionName = var.function_name }
  statistic   = "Sum"
  period      = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_throttles
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no invocation, no throttle

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}

# An empty pool answers 503 too, but is no fault of the service and has an alarm of its own, so it is taken off.
resource "aws_cloudwatch_metric_alarm" "server_errors" {
  alarm_name        = "${var.name}-5xx"
  alarm_description = "The API answered 500 or above, other than for an empty pool. Search ${aws_cloudwatch_log_group.access.name} for those: with an integrationError the function was not reached or threw; without one it answered so itself, and ${aws_cloudwatch_log_group.function.name} has the fault under the same request id."

  metric_query {
    id          = "faults"
    label       = "5xx without empty pool"
    expression  = "FILL(answers, 0) - FILL(empty, 0)"
    return_data = true
  }

  metric_query {
    id = "answers"

    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "5xx"
      dimensions  = local.api_dimensions
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "empty"

    metric {
      namespace   = var.metrics_namespace
      metric_name = "Refusals"
      dimensions  = { code = "pool_empty" }
      stat        = "Sum"
      period      = 300
    }
  }

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_5xx
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no request, no fault

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name        = "${var.name}-p99-latency"
  alarm_description = "One request in a hundred took longer than ${var.alarm_p99_latency_ms} ms, for 15 minutes. Compare the API's latency with the function's duration on the dashboard: if both are up, see which route is slow; if only the API's is, requests wait for a cold start or for one another."

  namespace          = "AWS/ApiGateway"
  metric_name        = "Latency"
  dimensions         = local.api_dimensions
  extended_statistic = "p99"
  period             = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_p99_latency_ms
  evaluation_periods  = 3

  treat_missing_data                    = "notBreaching" # no request, nobody waits
  evaluate_low_sample_count_percentiles = "ignore"       # the p99 of five requests is only the slowest of them

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "empty_pool" {
  for_each = toset(var.pools)

  alarm_name        = "${var.name}-empty-pool-${each.key}"
  alarm_description = "Pool ${each.key} has had no free VM for ${var.alarm_empty_pool_minutes} minutes, or nobody counted. On the dashboard: many leased means that demand is above supply (add VMs, or shorten lease_default_minutes); many quarantined means that VMs fail their checks (the reasons are in the log); many drained means that an operator took them out; no figures at all mean that the scheduled tick does not run (see the schedule group ${var.name})."

  namespace   = var.metrics_namespace
  metric_name = "VmsFree"
  dimensions  = { pool = each.key }
  statistic   = "Maximum" # one free VM at any time of the minute is a VM somebody could have had
  period      = 60

  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = var.alarm_empty_pool_minutes

  # The tick counts the pool each minute. If it stops, forgotten VMs are not taken back either and the pool runs dry unseen,
  # so no figure is as bad as none free. One figure in the whole time is enough to stay quiet.
  treat_missing_data = "breaching"

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "overdue_leases" {
  alarm_name        = "${var.name}-overdue-leases"
  alarm_description = "For ${var.alarm_overdue_leases_minutes} minutes leases of ${var.name} have ended whose VMs were not taken back, or nobody counted. Such leases give no rights, but their VMs stay out of the pool. No figures on the dashboard mean that the scheduled tick does not run (see the schedule group ${var.name} and the function's throttles); with figures it runs and fails or can't keep up: read the ERROR lines in ${aws_cloudwatch_log_group.function.name} (npm run logs -- --errors) and see on the dashboard whether the store is slow."

  namespace   = var.metrics_namespace
  metric_name = "LeasesOverdue"
  statistic   = "Minimum" # of two ticks in a minute the one that left none counts
  period      = 60

  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = var.alarm_overdue_leases_minutes
  treat_missing_data  = "breaching" # the tick that counts them is the one that takes them back

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "late_checks" {
  alarm_name        = "${var.name}-late-checks"
  alarm_description = "A VM of ${var.name} has waited for its check for ${var.alarm_oldest_check_seconds} s past the time it was due, so it is in nobody's hands and can't be lent. A VM that fails its checks does not wait, so this is the tick: see in ${aws_cloudwatch_log_group.function.name} how long it takes and how many it checked (npm run logs -- --errors for its faults). Checks that always run into check_timeout_seconds leave it too little time for the others: quarantine those VMs (POST /vms/ID/quarantine) until they are mended."

  namespace   = var.metrics_namespace
  metric_name = "OldestCheckSeconds"
  statistic   = "Maximum"
  period      = 60

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_oldest_check_seconds
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # a tick that does not run is told by the alarm on overdue leases

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}

# DynamoDB tells these by operation only, and an alarm can't search for them. So all that the store calls are added up.
locals {
  table_operations = ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"]
}

resource "aws_cloudwatch_metric_alarm" "table_throttles" {
  count = var.table_name == null ? 0 : 1

  alarm_name        = "${var.name}-table-throttles"
  alarm_description = "DynamoDB throttled ${var.alarm_table_throttles} or more requests to table ${var.table_name} in 5 minutes. The function tries again, so callers mostly wait, and some get a 503. See on the dashboard which operation and how much capacity: a burst of more than twice the highest load so far passes by itself; steady throttling means more lending than one partition of a pool takes (split the pool), or that an account's limit for on-demand tables is reached (ask AWS for a higher one)."

  metric_query {
    id          = "throttles"
    label       = "throttled requests"
    expression  = "SUM(FILL(METRICS(), 0))"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.table_operations

    content {
      id = lower(metric_query.value)

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "ThrottledRequests"
        dimensions  = { TableName = var.table_name, Operation = metric_query.value }
        stat        = "Sum"
        period      = 300
      }
    }
  }

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_table_throttles
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no request, no throttle

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "table_system_errors" {
  count = var.table_name == null ? 0 : 1

  alarm_name        = "${var.name}-table-system-errors"
  alarm_description = "DynamoDB answered ${var.alarm_table_system_errors} or more requests to table ${var.table_name} with an error of its own in 5 minutes. The function tries again and looks before it answers, so nothing is lent twice; some callers get a 503. The fault is on AWS's side: look at the AWS Health Dashboard for DynamoDB in this region, and open a support case if it says nothing and this goes on."

  metric_query {
    id          = "errors"
    label       = "system errors"
    expression  = "SUM(FILL(METRICS(), 0))"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = local.table_operations

    content {
      id = lower(metric_query.value)

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "SystemErrors"
        dimensions  = { TableName = var.table_name, Operation = metric_query.value }
        stat        = "Sum"
        period      = 300
      }
    }
  }

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarm_table_system_errors
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no request, no error

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions
}
