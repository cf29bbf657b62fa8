output "plan_role_arn" {
  description = "ARN of the role that plans every environment."
  value       = aws_iam_role.this[local.plan_role].arn
}

output "apply_role_arns" {
  description = "ARN of the role that applies, by environment."
  value       = { for environment, role in local.apply_roles : environment => aws_iam_role.this[role].arn }
}

output "permissions_boundary_arns" {
  description = "ARN of the policy that bounds the roles of an environment, by environment; `role.permissions_boundary` of the module in `terraform/` must be this."
  value       = { for environment, policy in aws_iam_policy.boundary : environment => policy.arn }
}

output "subjects" {
  description = "Subjects of GitHub that get a role, by the role's name."
  value       = local.subjects
}

output "policy_arns" {
  description = "ARNs of the policies by role, for users with access keys."
  value = {
    for role in keys(local.services) : role => [for name, policy in local.policies : aws_iam_policy.this[name].arn if policy.role == role]
  }
}
