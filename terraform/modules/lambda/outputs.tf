output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "ARN of the function, for the schedule that invokes it."
  value       = aws_lambda_function.this.arn
}

output "invoke_arn" {
  description = "ARN by which API Gateway invokes the function."
  value       = aws_lambda_function.this.invoke_arn
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
