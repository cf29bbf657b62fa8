# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name                     = "vm-pool-dev"
  function_name            = "vm-pool-dev"
  metrics_namespace        = "vm-pool-dev"
  api_id                   = "abcdefghij"
  api_stage                = "resources"
  pools                    = ["default", "gpu"]
  log_retention_days       = 30
  alarm_function_errors    = 1
  alarm_throttles          = 20
  alarm_5xx                = 5
  alarm_p99_latency_ms     = 3000
  alarm_empty_pool_minutes = 15

  alarm_overdue_leases_minutes = 5
  alarm_oldest_check_seconds   = 900
  alarm_table_throttles        = 10
  alarm_table_system_errors    = 7
}

run "keeps_logs_draws_the_figures_and_alarms_on_what_is_wrong" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.function.name == "/aws/lambda/vm-pool-dev" && aws_cloudwatch_log_group.function.retention_in_days == 30
    error_message = "The function's group must have the name that Lambda expects, and a retention."
  }

  assert {
    condition     = aws_cloudwatch_log_group.access.name == "/aws/vendedlogs/apigateway/vm-pool-dev" && aws_cloudwatch_log_group.access.retention_in_days == 30
    error_message = "The access log's group must be among the vended logs, and have a retention."
  }

  assert {
    condition = output.alarm_names == tolist([
      "vm-pool-dev-5xx",
      "vm-pool-dev-empty-pool-default",
      "vm-pool-dev-empty-pool-gpu",
      "vm-pool-dev-function-errors",
      "vm-pool-dev-late-checks",
      "vm-pool-dev-overdue-leases",
      "vm-pool-dev-p99-latency",
      "vm-pool-dev-throttles",
    ])
    error_message = "An alarm is missing or new: ${join(", ", output.alarm_names)}"
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.function_errors.threshold == 1 &&
      aws_cloudwatch_metric_alarm.throttles.threshold == 20 &&
      aws_cloudwatch_metric_alarm.server_errors.threshold == 5 &&
      aws_cloudwatch_metric_alarm.latency.threshold == 3000 &&
      aws_cloudwatch_metric_alarm.late_checks.threshold == 900
    )
    error_message = "Each threshold must come from its own variable."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.empty_pool : alarm.treat_missing_data == "breaching" && alarm.evaluation_periods == 15 && alarm.period == 60])
    error_message = "Fifteen minutes without a free VM, or without a figure, must raise the alarm."
  }

  assert {
    condition     = { for pool, alarm in aws_cloudwatch_metric_alarm.empty_pool : pool => alarm.dimensions.pool } == { default = "default", gpu = "gpu" }
    error_message = "Each alarm must watch its own pool."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.overdue_leases.comparison_operator == "GreaterThanThreshold" &&
      aws_cloudwatch_metric_alarm.overdue_leases.threshold == 0 &&
      aws_cloudwatch_metric_alarm.overdue_leases.evaluation_periods == 5 &&
      aws_cloudwatch_metric_alarm.overdue_leases.period == 60 &&
      aws_cloudwatch_metric_alarm.overdue_leases.treat_missing_data == "breaching"
    )
    error_message = "Five minutes with a lease that nobody took back, or without a figure, must raise the alarm."
  }

  assert {
    condition = [for alarm in [aws_cloudwatch_metric_alarm.overdue_leases, aws_cloudwatch_metric_alarm.late_checks] : "${alarm.namespace} ${alarm.metric_name} ${length(coalesce(alarm.dimensions, {}))}"] == [
      "vm-pool-dev LeasesOverdue 0",
      "vm-pool-dev OldestCheckSeconds 0",
    ]
    error_message = "The tick writes these figures without a dimension, and a dimension more would find none of them."
  }

  assert {
    condition = alltrue([
      for alarm in [
        aws_cloudwatch_metric_alarm.function_errors,
        aws_cloudwatch_metric_alarm.throttles,
        aws_cloudwatch_metric_alarm.server_errors,
        aws_cloudwatch_metric_alarm.latency,
        aws_cloudwatch_metric_alarm.late_checks,
      ] : alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "These metrics have no figures without requests."
  }

  assert {
    condition = anytrue([
      for query in aws_cloudwatch_metric_alarm.server_errors.metric_query :
      query.expression == "FILL(answers, 0) - FILL(empty, 0)" && query.return_data == true
    ])
    error_message = "pool_empty is a 503 as well and must be taken off the 5xx."
  }

  assert {
    condition     = length(coalesce(aws_cloudwatch_metric_alarm.function_errors.alarm_actions, [])) == 0
    error_message = "Without a topic there is nobody to tell."
  }

  assert {
    condition = alltrue([
      for title in [
        "Requests by route and status",
        "Latency of the API, ms",
        "Errors, throttles and concurrency of the function",
        "Leases granted, and refused by reason",
        "Pool default: VMs by state",
        "Pool gpu: VMs by state",
        "Work that waits for the tick",
        "Latest faults",
      ] : contains([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : lookup(widget.properties, "title", "")], title)
    ])
    error_message = "A graph is missing: ${aws_cloudwatch_dashboard.this.dashboard_body}"
  }

  assert {
    condition     = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : "${widget.x},${widget.y}"])) == length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets)
    error_message = "Two widgets lie on the same place."
  }

  assert {
    condition = [
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
      [for metric in widget.properties.metrics : "${metric[1]} ${metric[3]}"] if lookup(widget.properties, "title", "") == "Pool gpu: VMs by state"
    ] == [["VmsFree gpu", "VmsLeased gpu", "VmsChecking gpu", "VmsQuarantined gpu", "VmsDrained gpu"]]
    error_message = "A VM in a state that is not drawn would be missing from the pool."
  }

  assert {
    condition     = !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "DynamoDB")
    error_message = "Without a table there is nothing to draw of it."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "SEARCH('{\\\"vm-pool-dev\\\",\\\"route\\\",\\\"statusCode\\\"} MetricName=\\\"Requests\\\"', 'Sum', 300)")
    error_message = "Requests are found by the namespace and dimensions that the function writes."
  }
}

run "draws_and_watches_a_table" {
  command = plan

  variables {
    table_name = "vm-pool-dev"
  }

  assert {
    condition     = alltrue([for name in ["vm-pool-dev-table-system-errors", "vm-pool-dev-table-throttles"] : contains(output.alarm_names, name)])
    error_message = "An alarm of the table is missing: ${join(", ", output.alarm_names)}"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.table_throttles[0].threshold == 10 && aws_cloudwatch_metric_alarm.table_system_errors[0].threshold == 7
    error_message = "Each threshold must come from its own variable."
  }

  assert {
    condition = [
      for alarm in [aws_cloudwatch_metric_alarm.table_throttles[0], aws_cloudwatch_metric_alarm.table_system_errors[0]] : toset([
        for query in alarm.metric_query : join(" ", [for metric in query.metric : "${metric.metric_name} ${metric.dimensions.TableName} ${metric.dimensions.Operation}"]) if length(query.metric) > 0
      ])
      ] == [
      for name in ["ThrottledRequests", "SystemErrors"] : toset([
        for operation in ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"] : "${name} vm-pool-dev ${operation}"
      ])
    ]
    error_message = "Every operation of the store must be in the sum, or its faults go unseen."
  }

  assert {
    condition = alltrue([
      for alarm in [aws_cloudwatch_metric_alarm.table_throttles[0], aws_cloudwatch_metric_alarm.table_system_errors[0]] :
      alarm.treat_missing_data == "notBreaching" && [for query in alarm.metric_query : query.expression if query.return_data == true] == ["SUM(FILL(METRICS(), 0))"]
    ])
    error_message = "The sum, in which an operation without figures counts as none, must be what is compared."
  }

  assert {
    condition = alltrue([
      for title in [
        "Table: capacity consumed, indexes too",
        "Table: throttled requests, transaction conflicts and faults of DynamoDB",
        "Table: p99 latency by operation, ms",
      ] : contains([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : lookup(widget.properties, "title", "")], title)
    ])
    error_message = "A graph is missing: ${aws_cloudwatch_dashboard.this.dashboard_body}"
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName=\\\"SuccessfulRequestLatency\\\" TableName=\\\"vm-pool-dev\\\"', 'p99', 300)")
    error_message = "Latencies are found by the dimensions that DynamoDB writes, and of this table only."
  }

  assert {
    condition     = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : "${widget.x},${widget.y}"])) == length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets)
    error_message = "Two widgets lie on the same place."
  }
}

run "tells_the_topic_of_beginning_and_end" {
  command = plan

  variables {
    alarm_topic_arn = "arn:aws:sns:us-east-1:123456789012:on-call"
    table_name      = "vm-pool-dev"
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.empty_pool), [
        aws_cloudwatch_metric_alarm.function_errors,
        aws_cloudwatch_metric_alarm.throttles,
        aws_cloudwatch_metric_alarm.server_errors,
        aws_cloudwatch_metric_alarm.latency,
        aws_cloudwatch_metric_alarm.overdue_leases,
        aws_cloudwatch_metric_alarm.late_checks,
        aws_cloudwatch_metric_alarm.table_throttles[0],
        aws_cloudwatch_metric_alarm.table_system_errors[0],
      ]) : alarm.alarm_actions == toset([var.alarm_topic_arn]) && alarm.ok_actions == toset([var.alarm_topic_arn])
    ])
    error_message = "Every alarm must tell the topic when it starts and when it ends."
  }
}

run "refuses_settings_out_of_range" {
  command = plan

  variables {
    name                     = "vm pool"
    metrics_namespace        = "AWS/Lambda"
    pools                    = ["default", "default"]
    log_retention_days       = 31
    logs_kms_key_arn         = "arn:aws:kms:us-east-1:123456789012:alias/logs"
    alarm_topic_arn          = "on-call"
    alarm_function_errors    = 0
    alarm_throttles          = 0
    alarm_5xx                = 0
    alarm_p99_latency_ms     = 0
    alarm_empty_pool_minutes = 1441

    alarm_overdue_leases_minutes = 0
    alarm_oldest_check_seconds   = 59
    alarm_table_throttles        = 0
    alarm_table_system_errors    = 0
  }

  expect_failures = [
    var.name,
    var.metrics_namespace,
    var.pools,
    var.log_retention_days,
    var.logs_kms_key_arn,
    var.alarm_topic_arn,
    var.alarm_function_errors,
    var.alarm_throttles,
    var.alarm_5xx,
    var.alarm_p99_latency_ms,
    var.alarm_empty_pool_minutes,
    var.alarm_overdue_leases_minutes,
    var.alarm_oldest_check_seconds,
    var.alarm_table_throttles,
    var.alarm_table_system_errors,
  ]
}
