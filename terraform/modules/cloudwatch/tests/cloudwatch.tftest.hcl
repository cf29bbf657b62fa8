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
      aws_cloudwatch_metric_alarm.latency.threshold == 3000
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
    condition = alltrue([
      for alarm in [
        aws_cloudwatch_metric_alarm.function_errors,
        aws_cloudwatch_metric_alarm.throttles,
        aws_cloudwatch_metric_alarm.server_errors,
        aws_cloudwatch_metric_alarm.latency,
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
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "SEARCH('{\\\"vm-pool-dev\\\",\\\"route\\\",\\\"statusCode\\\"} MetricName=\\\"Requests\\\"', 'Sum', 300)")
    error_message = "Requests are found by the namespace and dimensions that the function writes."
  }
}

run "tells_the_topic_of_beginning_and_end" {
  command = plan

  variables {
    alarm_topic_arn = "arn:aws:sns:us-east-1:123456789012:on-call"
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.empty_pool), [
        aws_cloudwatch_metric_alarm.function_errors,
        aws_cloudwatch_metric_alarm.throttles,
        aws_cloudwatch_metric_alarm.server_errors,
        aws_cloudwatch_metric_alarm.latency,
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
  ]
}
