# One alarm for the environment, in ALARM as long as any other is. It has no suppressor, so no alarm silences another.
locals {
  metric_alarms = concat(
    [
      aws_cloudwatch_metric_alarm.function_errors,
      aws_cloudwatch_metric_alarm.late_checks,
      aws_cloudwatch_metric_alarm.latency,
      aws_cloudwatch_metric_alarm.overdue_leases,
      aws_cloudwatch_metric_alarm.quarantines,
      aws_cloudwatch_metric_alarm.server_errors,
      aws_cloudwatch_metric_alarm.throttles,
    ],
    values(aws_cloudwatch_metric_alarm.empty_pool),
    aws_cloudwatch_metric_alarm.inventory_faults,
    aws_cloudwatch_metric_alarm.visitor_errors,
    values(aws_cloudwatch_metric_alarm.table),
  )
}

# AWS keeps an alarm as long as a rule names it. `create_before_destroy` on alarms that may vanish, as with a pool, makes Terraform
# change this rule first. https://github.com/hashicorp/terraform-provider-aws/issues/34807
resource "aws_cloudwatch_composite_alarm" "this" {
  alarm_name = var.name
  alarm_description = chomp(<<-EOT
    At least one alarm of ${var.name} is in ALARM; the message names them (TriggeringChildren), and so does the console:
    ${local.alarms_url}
    It ends when the last of them ends. An alarm that starts in between sends a message of its own only if callers get a 5xx.
    Runbook: ${coalesce(var.runbook_url, "terraform/RUNBOOK.md")}
  EOT
  )

  alarm_rule = join(" OR ", [for name in sort(local.metric_alarms[*].alarm_name) : "ALARM(\"${name}\")"])

  alarm_actions = local.alarm_actions
  ok_actions    = local.alarm_actions

  lifecycle {
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    precondition {
      condition     = length(local.metric_alarms) <= 100
      error_message = "pools: ${length(var.pools)} are too many, because the alarm of the environment takes at most 100 others."
    }
  }
}
