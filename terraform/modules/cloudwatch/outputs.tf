output "function_log_group_name" {
  description = "Log group of the function."
  value       = aws_cloudwatch_log_group.function.name
}

output "access_log_group_name" {
  description = "Log group of the API's access log."
  value       = aws_cloudwatch_log_group.access.name
}

output "access_log_group_arn" {
  description = "ARN of the access log's group, for the stage that writes to it."
  value       = aws_cloudwatch_log_group.access.arn
}

output "dashboard_url" {
  description = "The dashboard, in the AWS console."
  value       = "https://${data.aws_region.current.name}.console.aws.amazon.com/cloudwatch/home?region=${data.aws_region.current.name}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "alarm_names" {
  description = "Names of all alarms."
  value = sort(concat(
    [
      aws_cloudwatch_metric_alarm.function_errors.alarm_name,
      aws_cloudwatch_metric_alarm.late_checks.alarm_name,
      aws_cloudwatch_metric_alarm.latency.alarm_name,
      aws_cloudwatch_metric_alarm.overdue_leases.alarm_name,
      aws_cloudwatch_metric_alarm.server_errors.alarm_name,
      aws_cloudwatch_metric_alarm.throttles.alarm_name,
    ],
    [for alarm in aws_cloudwatch_metric_alarm.empty_pool : alarm.alarm_name],
    aws_cloudwatch_metric_alarm.table_system_errors[*].alarm_name,
    aws_cloudwatch_metric_alarm.table_throttles[*].alarm_name,
  ))
}
