output "function_group_name" {
  description = "Log group of the function."
  value       = aws_cloudwatch_log_group.function.name
}

output "access_group_name" {
  description = "Log group of the API's access log."
  value       = aws_cloudwatch_log_group.access.name
}

output "access_group_arn" {
  description = "ARN of the access log's group, for the stage that writes to it."
  value       = aws_cloudwatch_log_group.access.arn
}
