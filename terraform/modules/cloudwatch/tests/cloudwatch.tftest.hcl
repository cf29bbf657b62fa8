# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "china"
  region                      = "cn-north-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# Only for what AWS decides: the ARN of the topic.
mock_provider "aws" {
  alias = "applied"

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:vm-pool-dev-alarms" }
  }
}

variables {
  name                    = "vm-pool-dev"
  function_name           = "vm-pool-dev"
  function_log_group_name = "/aws/lambda/vm-pool-dev"
  access_log_group_name   = "/aws/vendedlogs/apigateway/vm-pool-dev"
  metrics_namespace       = "vm-pool-dev"
  api                     = { id = "abcdefghij", stage = "resources" }
  pools                   = ["default", "gpu"]

  alarms = {
    function_errors        = 1
    throttles              = 20
    server_errors          = 5
    p99_latency_ms         = 3000
    empty_pool_minutes     = 15
    overdue_leases_minutes = 5
    oldest_check_seconds   = 900
    quarantines            = 2
    table_throttles        = 10
    table_system_errors    = 7
  }
}

run "has_every_alarm_with_its_threshold" {
  command = plan

  assert {
    condition = output.alarm_names == tolist([
      "vm-pool-dev",
      "vm-pool-dev-5xx",
      "vm-pool-dev-empty-pool-default",
      "vm-pool-dev-empty-pool-gpu",
      "vm-pool-dev-function-errors",
      "vm-pool-dev-late-checks",
      "vm-pool-dev-overdue-leases",
      "vm-pool-dev-p99-latency",
      "vm-pool-dev-quarantines",
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
      aws_cloudwatch_metric_alarm.late_checks.threshold == 900 &&
      aws_cloudwatch_metric_alarm.quarantines.threshold == 2
    )
    error_message = "Each threshold must come from its own field of alarms."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.empty_pool : alarm.treat_missing_data == "breaching" && alarm.datapoints_to_alarm == 15 && alarm.evaluation_periods == 18 && alarm.period == 60])
    error_message = "Fifteen of 18 minutes without a free VM, or without a figure, must raise the alarm."
  }

  assert {
    condition     = { for pool, alarm in aws_cloudwatch_metric_alarm.empty_pool : pool => alarm.dimensions.pool } == { default = "default", gpu = "gpu" }
    error_message = "Each alarm must watch its own pool."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.overdue_leases.comparison_operator == "GreaterThanThreshold" &&
      aws_cloudwatch_metric_alarm.overdue_leases.threshold == 0 &&
      aws_cloudwatch_metric_alarm.overdue_leases.datapoints_to_alarm == 5 &&
      aws_cloudwatch_metric_alarm.overdue_leases.evaluation_periods == 6 &&
      aws_cloudwatch_metric_alarm.overdue_leases.period == 60 &&
      aws_cloudwatch_metric_alarm.overdue_leases.treat_missing_data == "breaching"
    )
    error_message = "Five of 6 minutes with a lease that nobody took back, or without a figure, must raise the alarm."
  }

  assert {
    condition = [for alarm in [aws_cloudwatch_metric_alarm.overdue_leases, aws_cloudwatch_metric_alarm.late_checks, aws_cloudwatch_metric_alarm.quarantines] : "${alarm.namespace} ${alarm.metric_name} ${length(coalesce(alarm.dimensions, {}))}"] == [
      "vm-pool-dev LeasesOverdue 0",
      "vm-pool-dev OldestCheckSeconds 0",
      "vm-pool-dev Quarantines 0",
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
        aws_cloudwatch_metric_alarm.quarantines,
      ] : alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "These metrics have no figures without requests."
  }

  assert {
    condition     = length(coalesce(aws_cloudwatch_composite_alarm.this.alarm_actions, [])) == 0 && length(aws_sns_topic.alarms) == 0
    error_message = "Without an address and a topic there must be no topic and no action."
  }
}

run "says_in_each_alarm_where_the_runbook_is" {
  command = plan

  variables {
    visitor = { function_name = "vm-pool-dev-visitor", log_group_name = "/aws/lambda/vm-pool-dev-visitor" }
    table   = { name = "vm-pool-dev", index_names = ["work", "by-user"] }
  }

  assert {
    condition = { for alarm in local.metric_alarms : trimprefix(alarm.alarm_name, "vm-pool-dev-") => reverse(split("\n", alarm.alarm_description))[0] } == {
      for name in setsubtract([for name in output.alarm_names : trimprefix(name, "vm-pool-dev-")], ["vm-pool-dev"]) :
      name => "Runbook: terraform/RUNBOOK.md, \"${startswith(name, "empty-pool-") ? "empty-pool" : name}\""
    }
    error_message = "The last line of each description must name its heading in the runbook."
  }

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (AlarmDescription)
  assert {
    condition     = alltrue([for alarm in concat(local.metric_alarms, [aws_cloudwatch_composite_alarm.this]) : length(alarm.alarm_description) <= 1024 && length(split("\n", alarm.alarm_description)) >= 3])
    error_message = "A description has several lines, and at most 1024 characters."
  }
}

run "links_to_the_runbook" {
  command = plan

  variables {
    runbook_url = "https://github.com/acme/vm-pool/blob/main/terraform/RUNBOOK.md"
  }

  assert {
    condition = alltrue([
      for name, alarm in { "empty-pool" = aws_cloudwatch_metric_alarm.empty_pool["gpu"], "5xx" = aws_cloudwatch_metric_alarm.server_errors, "quarantines" = aws_cloudwatch_metric_alarm.quarantines } :
      endswith(alarm.alarm_description, "\nRunbook: https://github.com/acme/vm-pool/blob/main/terraform/RUNBOOK.md#${name}")
    ])
    error_message = "A link must lead to the heading of the alarm."
  }
}

run "has_one_alarm_for_all" {
  command = plan

  variables {
    visitor = { function_name = "vm-pool-dev-visitor", log_group_name = "/aws/lambda/vm-pool-dev-visitor" }
    table   = { name = "vm-pool-dev", index_names = ["work", "by-user"] }
  }

  assert {
    condition     = toset(split(" OR ", aws_cloudwatch_composite_alarm.this.alarm_rule)) == toset([for name in output.alarm_names : "ALARM(\"${name}\")" if name != "vm-pool-dev"])
    error_message = "An alarm that the rule lacks would tell nobody: ${aws_cloudwatch_composite_alarm.this.alarm_rule}"
  }

  assert {
    condition     = length(aws_cloudwatch_composite_alarm.this.actions_suppressor) == 0
    error_message = "No alarm may silence the others."
  }
}

run "refuses_more_alarms_than_one_rule_takes" {
  command = plan

  variables {
    pools = [for number in range(100) : "pool-${number}"]
  }

  expect_failures = [aws_cloudwatch_composite_alarm.this]
}

run "saves_the_named_queries" {
  command = plan

  assert {
    condition = { for name, query in aws_cloudwatch_query_definition.this : name => join(" | ", concat([query.name, query.query_string], query.log_group_names)) } == {
      for name, query in jsondecode(file("queries.json")) :
      name => "vm-pool-dev/${name} | ${query.query} | ${ { function = "/aws/lambda/vm-pool-dev", access = "/aws/vendedlogs/apigateway/vm-pool-dev" }[query.log]}"
      if query.log != "visitor"
    }
    error_message = "Each query must read the log that it was written for; without a visitor, none reads its log."
  }
}

run "saves_the_queries_of_the_visitors_log" {
  command = plan

  variables {
    visitor = { function_name = "vm-pool-dev-visitor", log_group_name = "/aws/lambda/vm-pool-dev-visitor" }
  }

  assert {
    condition     = keys(aws_cloudwatch_query_definition.this) == keys(jsondecode(file("queries.json")))
    error_message = "With a visitor, no query may be missing."
  }
}

run "watches_the_inventory_and_the_visits_of_real_vms" {
  command = plan

  variables {
    visitor = { function_name = "vm-pool-dev-visitor", log_group_name = "/aws/lambda/vm-pool-dev-visitor" }
  }

  assert {
    condition     = length(setsubtract(["vm-pool-dev-inventory-faults", "vm-pool-dev-visitor-errors"], output.alarm_names)) == 0
    error_message = "An alarm is missing: ${join(", ", output.alarm_names)}"
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.inventory_faults[0].namespace == "vm-pool-dev" &&
      aws_cloudwatch_metric_alarm.inventory_faults[0].metric_name == "InventoryFaults" &&
      length(coalesce(aws_cloudwatch_metric_alarm.inventory_faults[0].dimensions, {})) == 0 &&
      aws_cloudwatch_metric_alarm.inventory_faults[0].comparison_operator == "GreaterThanOrEqualToThreshold" &&
      aws_cloudwatch_metric_alarm.inventory_faults[0].threshold == 1 &&
      aws_cloudwatch_metric_alarm.inventory_faults[0].period == 60 &&
      aws_cloudwatch_metric_alarm.inventory_faults[0].datapoints_to_alarm == 15 &&
      aws_cloudwatch_metric_alarm.inventory_faults[0].evaluation_periods == 18
    )
    error_message = "Fifteen of 18 minutes of ticks with a bad inventory must raise the alarm; the tick writes the figure without a dimension."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.visitor_errors[0].dimensions.FunctionName == "vm-pool-dev-visitor" && aws_cloudwatch_metric_alarm.visitor_errors[0].threshold == 1
    error_message = "A visitor that crashes must raise an alarm, apart from that of the main function."
  }

  assert {
    condition = length([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget
      if widget.type == "metric" && (strcontains(jsonencode(widget), "InventoryFaults") || strcontains(jsonencode(widget), "vm-pool-dev-visitor"))
    ]) == 4
    error_message = "The dashboard must show the visits (two graphs), their log and the faults of the inventory: ${aws_cloudwatch_dashboard.this.dashboard_body}"
  }
}

run "counts_only_5xx_without_another_alarm_and_waits_for_late_figures" {
  command = plan

  assert {
    condition     = [for query in aws_cloudwatch_metric_alarm.server_errors.metric_query : query.expression if query.return_data == true] == ["FILL(answers, 0) - FILL(empty, 0) - FILL(throttled, 0)"]
    error_message = "An empty pool and a throttled call are answered 503 too, and must be subtracted from the 5xx."
  }

  assert {
    condition = { for query in aws_cloudwatch_metric_alarm.server_errors.metric_query : query.id => join(" ", flatten([
      query.metric[0].namespace, query.metric[0].metric_name, [for name, value in coalesce(query.metric[0].dimensions, {}) : "${name}=${value}"]
      ])) if length(query.metric) > 0 } == {
      answers   = "AWS/ApiGateway 5xx ApiId=abcdefghij Stage=resources"
      empty     = "vm-pool-dev EmptyPools"
      throttled = "AWS/Lambda Throttles FunctionName=vm-pool-dev"
    }
    error_message = "Each part of the sum must be the metric that CloudWatch has."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.server_errors.evaluation_periods == 3 && aws_cloudwatch_metric_alarm.server_errors.datapoints_to_alarm == 1
    error_message = "FILL takes a late figure for 0: with one period the alarm would miss it."
  }
}

run "draws_the_figures" {
  command = plan

  assert {
    condition = alltrue([
      for title in [
        "Latency of the API, ms",
        "Errors, throttles and concurrency of the function",
        "Leases: granted and refused",
        "Bytes written to the logs",
        "Pool default: VMs by state",
        "Pool gpu: VMs by state",
        "Work that waits for the tick",
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
    condition     = !strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "stopped")
    error_message = "Where no VM is stopped there is nothing to draw of it."
  }

  assert {
    condition = [
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : split("\n", widget.properties.markdown)[0] if widget.type == "text"
    ] == ["# 1 Are people served?", "# 2 Is anything stuck?", "# 3 Is AWS well?", "# 4 What does it cost?"]
    error_message = "The dashboard answers four questions, in this order."
  }

  assert {
    condition = alltrue(flatten([
      for one in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
        for other in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
        one == other || one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y
      ]
    ]))
    error_message = "Two widgets overlap."
  }

  assert {
    condition = alltrue([
      for name in ["calls-by-route", "refusals", "faults", "slowest-calls"] :
      anytrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.query == "SOURCE '/aws/lambda/vm-pool-dev'\n| ${jsondecode(file("queries.json"))[name].query}" if widget.type == "log"])
    ])
    error_message = "What no metric has comes from the named queries."
  }
}

run "draws_what_stopped_vms_save" {
  command = plan

  variables {
    pools_that_stop_vms = ["gpu"]
  }

  assert {
    condition = [
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
      [for metric in widget.properties.metrics : "${metric[1]} ${metric[3]}"] if endswith(lookup(widget.properties, "title", ""), ": free VMs that run and that are stopped")
    ] == [["FreeVmsRunning gpu", "FreeVmsStopped gpu"]]
    error_message = "Each pool that stops VMs, and no other, must show what runs."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "StoppedSeconds")
    error_message = "The hours saved are missing."
  }
}

run "links_to_the_budget" {
  command = plan

  variables {
    budget_name = "vm-pool-dev"
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "[budget vm-pool-dev](https://console.aws.amazon.com/billing/home#/budgets)")
    error_message = "Only the budget shows money: ${aws_cloudwatch_dashboard.this.dashboard_body}"
  }
}

run "links_to_the_console" {
  command = plan

  assert {
    condition     = output.dashboard_url == "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/vm-pool-dev"
    error_message = "The link must lead to the dashboard: ${output.dashboard_url}"
  }
}

run "links_to_the_console_of_another_partition" {
  command   = plan
  providers = { aws = aws.china }

  assert {
    condition     = startswith(output.dashboard_url, "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#")
    error_message = "Each partition has its own console: ${output.dashboard_url}"
  }
}

run "draws_and_watches_a_table" {
  command = plan

  variables {
    table = { name = "vm-pool-dev", index_names = ["work", "by-user"] }
  }

  assert {
    condition     = alltrue([for name in ["vm-pool-dev-table-system-errors", "vm-pool-dev-table-throttles"] : contains(output.alarm_names, name)])
    error_message = "An alarm of the table is missing: ${join(", ", output.alarm_names)}"
  }

  assert {
    condition     = { for name, alarm in aws_cloudwatch_metric_alarm.table : name => alarm.threshold } == { table-system-errors = 7, table-throttles = 10 }
    error_message = "Each threshold must come from its own field of alarms."
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.table : name => toset([
      for query in alarm.metric_query : join(" ", flatten([for metric in query.metric : [metric.metric_name, [for name, value in metric.dimensions : "${name}=${value}"]]])) if length(query.metric) > 0
      ]) } == {
      table-system-errors = toset([
        "SystemErrors Operation=Query TableName=vm-pool-dev",
        "SystemErrors Operation=TransactWriteItems TableName=vm-pool-dev",
      ])
      table-throttles = toset([
        "ReadThrottleEvents GlobalSecondaryIndexName=by-user TableName=vm-pool-dev",
        "ReadThrottleEvents GlobalSecondaryIndexName=work TableName=vm-pool-dev",
        "ReadThrottleEvents TableName=vm-pool-dev",
        "WriteThrottleEvents GlobalSecondaryIndexName=by-user TableName=vm-pool-dev",
        "WriteThrottleEvents GlobalSecondaryIndexName=work TableName=vm-pool-dev",
        "WriteThrottleEvents TableName=vm-pool-dev",
      ])
    }
    error_message = "The table and each of its indexes must be in the sum, or its throttling goes unseen."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.table :
      alarm.treat_missing_data == "notBreaching" && alarm.evaluation_periods == 3 && alarm.datapoints_to_alarm == 2 && [for query in alarm.metric_query : query.expression if query.return_data == true] == ["SUM(FILL(METRICS(), 0))"]
    ])
    error_message = "The alarm must compare the sum, in which a metric without figures counts as 0, and wait for late figures."
  }

  assert {
    condition = alltrue([
      for title in [
        "Table: request units consumed, indexes too",
        "Table: throttled requests and faults of DynamoDB",
        "Table: transactions that collided, and what the function tried again",
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

run "sends_one_message_for_an_incident_and_one_for_each_alarm_on_5xx" {
  command = plan

  variables {
    alarm_topic_arn = "arn:aws:sns:us-east-1:123456789012:on-call"
    table           = { name = "vm-pool-dev", index_names = ["work", "by-user"] }
    visitor         = { function_name = "vm-pool-dev-visitor", log_group_name = "/aws/lambda/vm-pool-dev-visitor" }
  }

  assert {
    condition     = aws_cloudwatch_composite_alarm.this.alarm_actions == toset([var.alarm_topic_arn]) && aws_cloudwatch_composite_alarm.this.ok_actions == toset([var.alarm_topic_arn])
    error_message = "The alarm of the environment must notify the topic when an incident starts and when it ends."
  }

  assert {
    condition = toset([for alarm in local.metric_alarms : alarm.alarm_name if length(coalesce(alarm.alarm_actions, [])) > 0]) == toset([
      "vm-pool-dev-5xx",
      "vm-pool-dev-empty-pool-default",
      "vm-pool-dev-empty-pool-gpu",
      "vm-pool-dev-throttles",
    ])
    error_message = "What callers feel must also send a message of its own, and nothing else may."
  }

  assert {
    condition     = alltrue([for alarm in local.metric_alarms : length(coalesce(alarm.ok_actions, [])) == 0])
    error_message = "Only the alarm of the environment says that an incident has ended."
  }
}

run "sends_alarms_to_addresses_beside_a_topic" {
  providers = { aws = aws.applied }
  state_key = "applied"

  variables {
    alarm_emails    = ["on-call@example.com", "lab@example.com"]
    alarm_topic_arn = "arn:aws:sns:us-east-1:123456789012:on-call"
  }

  assert {
    condition     = toset([for subscription in aws_sns_topic_subscription.email : "${subscription.protocol} ${subscription.endpoint} ${subscription.topic_arn}"]) == toset(["email on-call@example.com arn:aws:sns:us-east-1:123456789012:vm-pool-dev-alarms", "email lab@example.com arn:aws:sns:us-east-1:123456789012:vm-pool-dev-alarms"])
    error_message = "Each address must be subscribed to the topic."
  }

  assert {
    condition     = aws_cloudwatch_composite_alarm.this.alarm_actions == toset([var.alarm_topic_arn, "arn:aws:sns:us-east-1:123456789012:vm-pool-dev-alarms"])
    error_message = "Alarms must reach both topics."
  }
}

run "refuses_settings_out_of_range" {
  command = plan

  variables {
    name              = "vm pool"
    metrics_namespace = "AWS/Lambda"
    pools             = ["default", "default"]
    alarm_emails      = ["on-call"]
    alarm_topic_arn   = "on-call"
    runbook_url       = "https://example.com/RUNBOOK.md#5xx"
  }

  expect_failures = [var.name, var.metrics_namespace, var.pools, var.alarm_emails, var.alarm_topic_arn, var.runbook_url]
}

run "refuses_an_alarm_that_would_never_end" {
  command = plan

  variables {
    alarms = {
      function_errors        = 0
      throttles              = 20
      server_errors          = 5
      p99_latency_ms         = 3000
      empty_pool_minutes     = 15
      overdue_leases_minutes = 5
      oldest_check_seconds   = 900
      quarantines            = 1
      table_throttles        = 10
      table_system_errors    = 7
    }
  }

  expect_failures = [var.alarms]
}

run "refuses_an_alarm_on_no_latency" {
  command = plan

  variables {
    alarms = {
      function_errors        = 1
      throttles              = 20
      server_errors          = 5
      p99_latency_ms         = 0
      empty_pool_minutes     = 15
      overdue_leases_minutes = 5
      oldest_check_seconds   = 900
      quarantines            = 1
      table_throttles        = 10
      table_system_errors    = 7
    }
  }

  expect_failures = [var.alarms]
}

run "refuses_an_alarm_that_looks_back_more_than_a_day" {
  command = plan

  variables {
    alarms = {
      function_errors        = 1
      throttles              = 20
      server_errors          = 5
      p99_latency_ms         = 3000
      empty_pool_minutes     = 15
      overdue_leases_minutes = 1441
      oldest_check_seconds   = 900
      quarantines            = 1
      table_throttles        = 10
      table_system_errors    = 7
    }
  }

  expect_failures = [var.alarms]
}

run "refuses_an_alarm_between_two_checks" {
  command = plan

  variables {
    alarms = {
      function_errors        = 1
      throttles              = 20
      server_errors          = 5
      p99_latency_ms         = 3000
      empty_pool_minutes     = 15
      overdue_leases_minutes = 5
      oldest_check_seconds   = 59
      quarantines            = 1
      table_throttles        = 10
      table_system_errors    = 7
    }
  }

  expect_failures = [var.alarms]
}
