# The alarms of VMs that exist.
resource "aws_cloudwatch_metric_alarm" "inventory_faults" {
  count = var.visitor == null ? 0 : 1

  alarm_name = "${var.name}-inventory-faults"
  alarm_description = chomp(<<-EOT
    For 15 minutes ${var.name} could not use its inventory, and lends by the last good one.
    The ERROR lines name each fault and its place: ${local.read_log} --errors
    ${local.runbook["inventory-faults"]}
  EOT
  )

  namespace   = var.metrics_namespace
  metric_name = "InventoryFaults"
  statistic   = "Minimum" # of two ticks in a minute, the better one counts
  period      = 60

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = local.minutes.inventory_faults.all
  datapoints_to_alarm = local.minutes.inventory_faults.breaching
  treat_missing_data  = "ignore" # the alarm on overdue leases reports a tick that does not run

  lifecycle {
    create_before_destroy = true # see environment-alarm.tf
  }
}

resource "aws_cloudwatch_metric_alarm" "visitor_errors" {
  count = var.visitor == null ? 0 : 1

  alarm_name = "${var.name}-visitor-errors"
  alarm_description = chomp(<<-EOT
    Visits of ${var.visitor.function_name} crashed or ran out of time. A VM that fails its check is not counted here.
    Read npm run logs -- --log-group ${var.visitor.log_group_name} --errors. VMs that can't be visited stay in checking and then in quarantine.
    ${local.runbook["visitor-errors"]}
  EOT
  )

  namespace   = "AWS/Lambda"
  metric_name = "Errors"
  dimensions  = { FunctionName = var.visitor.function_name }
  statistic   = "Sum"
  period      = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.function_errors
  evaluation_periods  = 3
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching" # no visit, no error

  lifecycle {
    create_before_destroy = true # see environment-alarm.tf
  }
}
