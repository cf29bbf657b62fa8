# The state bucket and the roles that deploy from GitHub, once per account. scripts/terraform moves the state of this root into the
# bucket after the first apply.
data "aws_caller_identity" "current" {}

module "backend" {
  source = "../modules/backend"

  bucket_name = coalesce(var.bucket_name, "${var.name}-tfstate-${data.aws_caller_identity.current.account_id}")
  kms_key_arn = var.kms_key_arn
}

module "deploy_roles" {
  source = "../modules/deploy-roles"
  count  = var.github_subject_prefix == null ? 0 : 1

  name         = var.name
  environments = var.environments
  regions      = var.service_regions
  domains      = var.domains
  kms_key_arns = var.service_kms_key_arns

  stored_key_arns = var.service_stored_key_arns
  ec2_pools       = var.service_ec2_pools
  ec2_pool_tag    = var.service_ec2_pool_tag

  github = {
    subject_prefix    = var.github_subject_prefix
    branch            = var.github_branch
    oidc_provider_arn = var.github_oidc_provider_arn
  }

  state = {
    bucket_name = module.backend.bucket_name
    kms_key_arn = var.kms_key_arn
  }
}
