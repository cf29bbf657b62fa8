output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "function_version" {
  description = "Version that this configuration published."
  value       = aws_lambda_function.this.version
}

output "alias" {
  description = "Alias that leads to that version: `name`, `arn` for the schedule, and `invoke_arn` for API Gateway."
  value = {
    name       = aws_lambda_alias.live.name
    arn        = aws_lambda_alias.live.arn
    invoke_arn = aws_lambda_alias.live.invoke_arn
  }
}

output "reserved_concurrency" {
  description = "Most invocations at a time; -1 means no limit. For the tests of the root."
  value       = aws_lambda_function.this.reserved_concurrent_executions
}

output "timeout_seconds" {
  description = "Longest run of one invocation, in seconds. For the tests of the root."
  value       = aws_lambda_function.this.timeout
}

output "environment_variables" {
  description = "Settings that the function gets. For the tests of the root."
  value       = one(aws_lambda_function.this.environment[*].variables)
}
