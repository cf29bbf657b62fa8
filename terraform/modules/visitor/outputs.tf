output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "version_arn" {
  description = "ARN of the version that this configuration published, for the main function of the same build."
  value       = aws_lambda_function.this.qualified_arn
}

output "watched" {
  description = "What module `cloudwatch` watches: the function and its log group, by name."
  value = {
    function_name  = aws_lambda_function.this.function_name
    log_group_name = aws_cloudwatch_log_group.this.name
  }
}

output "role" {
  description = "Name, path and permissions boundary of the role, for the tests of the root."
  value = {
    name                 = aws_iam_role.this.name
    path                 = aws_iam_role.this.path
    permissions_boundary = aws_iam_role.this.permissions_boundary
  }
}

output "network" {
  description = "Subnets and security groups of the function, for the tests of the root."
  value = {
    subnet_ids         = flatten(aws_lambda_function.this.vpc_config[*].subnet_ids)
    security_group_ids = flatten(aws_lambda_function.this.vpc_config[*].security_group_ids)
  }
}

output "reserved_concurrency" {
  description = "Most visits at a time; -1 means no limit. For the tests of the root."
  value       = aws_lambda_function.this.reserved_concurrent_executions
}
