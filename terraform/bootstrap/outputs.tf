output "bucket_name" {
  description = "Name of the state bucket; give it to `scripts/terraform` as `TF_STATE_BUCKET`."
  value       = module.backend.bucket_name
}

output "bucket_region" {
  description = "Region of the state bucket; give it to `scripts/terraform` as `TF_STATE_REGION` if it is not us-east-1."
  value       = var.region
}

output "github_subjects" {
  description = "Subjects of GitHub that get a role, by the role's name. Nothing else gets it."
  value       = merge(module.deploy_roles[*].subjects...)
}

output "github_variables" {
  description = "Variables to set in GitHub, by GitHub environment."
  value       = local.github_variables
}

output "deploy_policy_arns" {
  description = "ARNs of the roles' policies, by the role's name, for users with access keys."
  value       = merge(module.deploy_roles[*].policy_arns...)
}
