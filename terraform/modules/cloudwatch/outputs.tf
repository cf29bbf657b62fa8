output "dashboard_url" {
  description = "The dashboard, in the AWS console."
  value       = "https://${local.console}/cloudwatch/home?region=${data.aws_region.current.id}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "alarm_topic_arn" {
  description = "SNS topic made for `alarm_emails`, for more subscribers; null without addresses."
  value       = one(aws_sns_topic.alarms[*].arn)
}

output "alarm_names" {
  description = "Names of all alarms, for the tests of the root."
  value = sort([for alarm in concat(
    [
      aws_cloudwatch_metric_alarm.function_errors,
      aws_cloudwatch_metric_alarm.late_checks,
      aws_cloudwatch_metric_alarm.latency,
      aws_cloudwatch_metric_alarm.overdue_leases,
      aws_cloudwatch_metric_alarm.server_errors,
      aws_cloudwatch_metric_alarm.throttles,
    ],
    values(aws_cloudwatch_metric_alarm.empty_pool),
    aws_cloudwatch_metric_alarm.inventory_faults,
    aws_cloudwatch_metric_alarm.visitor_errors,
    values(aws_cloudwatch_metric_alarm.table),
  ) : alarm.alarm_name])
}
