output "dashboard_url" {
  description = "The dashboard, in the AWS console."
  value       = "${local.cloudwatch_url}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "alarm_topic_arn" {
  description = "SNS topic made for `alarm_emails`, for more subscribers; null without addresses."
  value       = one(aws_sns_topic.alarms[*].arn)
}

output "alarm_names" {
  description = "Names of all alarms, for the tests of the root."
  value       = sort(concat(local.metric_alarms[*].alarm_name, [aws_cloudwatch_composite_alarm.this.alarm_name]))
}
