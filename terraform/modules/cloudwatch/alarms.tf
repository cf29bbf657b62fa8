# Each description says what has happened and where to look first: it is what the person on call reads. The runbook has the rest.
#
# Where a fault comes and goes, an alarm looks at more periods than have to breach (M of N). "1 of 3" starts at once and ends after
# 15 quiet minutes; "2 of 3" lets a single burst pass. CloudWatch reads all N periods again each minute, so figures that are late count.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
locals {
  # Not by --env, which knows only the environments of this repository and is dev when nobody names one.
  read_log = "npm run logs -- --log-group ${var.function_log_group_name}"

  runbook = { for heading in [
    "function-errors", "throttles", "5xx", "p99-latency", "empty-pool", "overdue-leases", "late-checks", "quarantines",
    "inventory-faults", "visitor-errors", "table-throttles", "table-system-errors",
  ] : heading => "Runbook: ${var.runbook_url == null ? "terraform/RUNBOOK.md, \"${heading}\"" : "${var.runbook_url}#${heading}"}" }

  # Minutes that have to breach, and minutes looked at: one good minute in five neither ends the alarm nor puts it off. An alarm looks
  # back one day at most.
  minutes = { for name, minutes in {
    empty_pool       = var.alarms.empty_pool_minutes
    overdue_leases   = var.alarms.overdue_leases_minutes
    inventory_faults = 15
  } : name => { breaching = minutes, all = min(1440, ceil(1.2 * minutes)) } }
}

resource "aws_cloudwatch_metric_alarm" "function_errors" {
  alarm_name = "${var.name}-function-errors"
  alarm_description = chomp(<<-EOT
    Invocations of ${var.name} crashed or ran out of time. Faults that the function caught are not counted here.
    Read the ERROR lines: ${local.read_log} --errors
    ${local.runbook["function-errors"]}
  EOT
  )

  namespace   = "AWS/Lambda"
  metric_name = "Errors"
  dimensions  = { FunctionName = var.function_name }
  statistic   = "Sum"
  period      = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.function_errors
  evaluation_periods  = 3
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching" # no invocation, no error
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name = "${var.name}-throttles"
  alarm_description = chomp(<<-EOT
    Lambda refused to run ${var.name} as often as it was called, and callers got a 503.
    Look on the dashboard at concurrency and throttles of the function.
    ${local.runbook["throttles"]}
  EOT
  )

  namespace   = "AWS/Lambda"
  metric_name = "Throttles"
  dimensions  = { FunctionName = var.function_name }
  statistic   = "Sum"
  period      = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.throttles
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching" # no invocation, no throttle

  alarm_actions = local.alarm_actions
}

# A 5xx that has its own alarm is subtracted: an empty pool, which is not a fault, and a throttled invocation. Throttled ticks are
# subtracted too, although no caller saw them; they can hide as many faults.
resource "aws_cloudwatch_metric_alarm" "server_errors" {
  alarm_name = "${var.name}-5xx"
  alarm_description = chomp(<<-EOT
    The API answered 500 or above, not counting empty pools and throttled calls.
    lambdaStatus and functionStatus in ${var.access_log_group_name} say who failed: ${local.read_log} --query api-faults
    ${local.runbook["5xx"]}
  EOT
  )

  metric_query {
    id          = "faults"
    label       = "5xx without empty pool and throttles"
    expression  = "FILL(answers, 0) - FILL(empty, 0) - FILL(throttled, 0)"
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

  # The function publishes it with each getvm, mostly as 0: FILL is not documented for a metric that does not exist yet.
  metric_query {
    id = "empty"

    metric {
      namespace   = var.metrics_namespace
      metric_name = "EmptyPools"
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id = "throttled"

    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Throttles"
      dimensions  = { FunctionName = var.function_name }
      stat        = "Sum"
      period      = 300
    }
  }

  # FILL takes a figure that is late for 0. The periods before give it time to arrive.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html (FILL)
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.server_errors
  evaluation_periods  = 3
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching" # no request, no fault

  alarm_actions = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name = "${var.name}-p99-latency"
  alarm_description = chomp(<<-EOT
    One request in a hundred took longer than ${var.alarms.p99_latency_ms} ms, for 15 of the last 20 minutes.
    Compare the API's latency with the function's duration on the dashboard.
    ${local.runbook["p99-latency"]}
  EOT
  )

  namespace          = "AWS/ApiGateway"
  metric_name        = "Latency"
  dimensions         = local.api_dimensions
  extended_statistic = "p99"
  period             = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.p99_latency_ms
  evaluation_periods  = 4
  datapoints_to_alarm = 3

  treat_missing_data = "notBreaching" # no request, nobody waits

  # The p99 of five requests is only the slowest of them, so three periods must breach. With "ignore" the alarm would wait for 1000
  # requests in its time, which a small pool never has.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
  evaluate_low_sample_count_percentiles = "evaluate"
}

resource "aws_cloudwatch_metric_alarm" "empty_pool" {
  for_each = toset(var.pools)

  alarm_name = "${var.name}-empty-pool-${each.key}"
  alarm_description = chomp(<<-EOT
    Pool ${each.key} has had no free VM for ${var.alarms.empty_pool_minutes} minutes, or nobody counted. Look at its graph on the dashboard.
    Many leased: demand is above supply. Many quarantined: VMs fail their checks; GET /vms says why. Many drained: an operator took them out.
    No figures: the scheduled tick does not run. Right after the first apply this is normal for some minutes.
    ${local.runbook["empty-pool"]}
  EOT
  )

  namespace   = var.metrics_namespace
  metric_name = "VmsFree"
  dimensions  = { pool = each.key }
  statistic   = "Maximum" # a VM that was free at any time of the minute could have been lent
  period      = 60

  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = local.minutes.empty_pool.all
  datapoints_to_alarm = local.minutes.empty_pool.breaching

  # The tick counts the pool each minute. If it stops, the pool runs dry unseen, because nobody takes back forgotten VMs:
  # no figure is as bad as none free.
  treat_missing_data = "breaching"

  alarm_actions = local.alarm_actions

  lifecycle {
    create_before_destroy = true # see environment-alarm.tf
  }
}

resource "aws_cloudwatch_metric_alarm" "overdue_leases" {
  alarm_name = "${var.name}-overdue-leases"
  alarm_description = chomp(<<-EOT
    For ${var.alarms.overdue_leases_minutes} minutes the tick of ${var.name} has not taken back all VMs of ended leases, or it has published no figure.
    Such leases give no rights, but their VMs stay out of the pool. Look at the graph of work that waits.
    No figures: the scheduled tick does not run; see the schedule group ${var.name}. Right after the first apply this is normal for some minutes.
    Figures: the tick fails or can't keep up. Read the ERROR lines: ${local.read_log} --errors
    ${local.runbook["overdue-leases"]}
  EOT
  )

  namespace   = var.metrics_namespace
  metric_name = "LeasesOverdue"
  statistic   = "Minimum" # of two ticks in a minute, the better one counts
  period      = 60

  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = local.minutes.overdue_leases.all
  datapoints_to_alarm = local.minutes.overdue_leases.breaching
  treat_missing_data  = "breaching" # the tick that counts the leases is the one that takes them back
}

resource "aws_cloudwatch_metric_alarm" "late_checks" {
  alarm_name = "${var.name}-late-checks"
  alarm_description = chomp(<<-EOT
    The check of a VM of ${var.name} is overdue by ${var.alarms.oldest_check_seconds} s, so nobody can borrow that VM.
    A VM that fails its checks does not wait, so the tick is at fault. See how long it takes and how many VMs it checks:
    ${local.read_log} --query ticks
    ${local.runbook["late-checks"]}
  EOT
  )

  namespace   = var.metrics_namespace
  metric_name = "OldestCheckSeconds"
  statistic   = "Maximum"
  period      = 60

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.oldest_check_seconds
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching" # the alarm on overdue leases reports a tick that does not run
}

# A lease does not wait for a VM in quarantine, but each one is missing from the pool until somebody repairs it.
resource "aws_cloudwatch_metric_alarm" "quarantines" {
  alarm_name = "${var.name}-quarantines"
  alarm_description = chomp(<<-EOT
    In the last hour ${var.alarms.quarantines} or more VMs of ${var.name} failed check after check and left the pool for quarantine.
    GET /vms, a call of operators, lists all VMs, each with its state and the reason; GET /events?vm=ID shows what came before.
    ${local.runbook["quarantines"]}
  EOT
  )

  namespace   = var.metrics_namespace
  metric_name = "Quarantines"
  statistic   = "Sum"
  period      = 3600 # counted each minute for the hour before

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.quarantines
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no check, no quarantine
}
