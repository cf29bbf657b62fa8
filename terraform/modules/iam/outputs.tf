output "role_arn" {
  description = "ARN of the function's role, known once its policies are in place, so that no first call is without them."
  value       = aws_iam_role.this.arn

  depends_on = [aws_iam_role_policy.logs, aws_iam_role_policy.table, aws_iam_role_policy.tracing]
}

output "role_name" {
  description = "Name of the function's role, for attaching what a provider needs."
  value       = aws_iam_role.this.name
}

output "table_resources" {
  description = "What the role may use of DynamoDB: one table and its indexes, or nothing."
  value       = toset(flatten(data.aws_iam_policy_document.table[*].statement[*].resources))
}
