output "role_arn" {
  description = "ARN of the function's role. It is available only after its policies are in place, so that the first call has them."
  value       = aws_iam_role.this.arn

  depends_on = [
    aws_iam_role_policy.ec2,
    aws_iam_role_policy.logs,
    aws_iam_role_policy.metrics_token,
    aws_iam_role_policy.real_vms,
    aws_iam_role_policy.sign,
    aws_iam_role_policy.table,
    aws_iam_role_policy.table_key,
    aws_iam_role_policy.tracing,
  ]
}

output "planned_role_arn" {
  description = "The same ARN, made of names: for the policies of keys that the role's own policies name."
  value       = provider::aws::arn_build(local.partition, "iam", "", local.account, "role${var.role.path}${var.name}-${local.region}")
}

output "account_id" {
  description = "Account of the role."
  value       = local.account
}

output "region" {
  description = "Region of the function."
  value       = local.region
}

output "table_resources" {
  description = "ARNs that the role may use of DynamoDB (a table and its indexes, or none), for the tests of the root."
  value       = toset(flatten(data.aws_iam_policy_document.table[*].statement[*].resources))
}

output "key_resources" {
  description = "ARNs of the keys that the role may use, for the tests of the root."
  value       = toset(flatten(data.aws_iam_policy_document.table_key[*].statement[*].resources))
}

output "metrics_token_resources" {
  description = "ARN of the parameter that the role may read for the token of the metrics, and that of its key, if there are any, for the tests of the root."
  value       = toset(flatten(data.aws_iam_policy_document.metrics_token[*].statement[*].resources))
}

output "ec2_actions" {
  description = "Actions that the role may do with the instances of each EC2 pool, for the tests of the root."
  value = { for pool in keys(local.ec2_pools) : pool => toset(flatten([
    for statement in data.aws_iam_policy_document.ec2[0].statement : tolist(statement.actions)
    if contains(statement.resources, local.ec2_instances) && contains(flatten([for condition in statement.condition : condition.values]), pool)
  ])) }
}

output "role" {
  description = "Name, path and permissions boundary of the role, for the tests of the root."
  value = {
    name                 = aws_iam_role.this.name
    path                 = aws_iam_role.this.path
    permissions_boundary = aws_iam_role.this.permissions_boundary
  }
}
