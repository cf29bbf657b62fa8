output "role_arn" {
  description = "ARN of the function's role, known once its policies are in place, so that no first call is without them."
  value       = aws_iam_role.this.arn

  depends_on = [aws_iam_role_policy.logs, aws_iam_role_policy.tracing]
}

output "role_name" {
  description = "Name of the function's role, for attaching what a store or a provider needs."
  value       = aws_iam_role.this.name
}
