# What to set in GitHub. Each environment has two there: NAME, whose jobs apply, and NAME-plan, whose jobs plan.
locals {
  github_variables = merge([
    for environment in var.github_subject_prefix == null ? [] : var.environments : {
      (environment)         = merge(local.shared_variables[environment], { AWS_ROLE_ARN = module.deploy_roles[0].apply_role_arns[environment] })
      "${environment}-plan" = merge(local.shared_variables[environment], { AWS_PLAN_ROLE_ARN = module.deploy_roles[0].plan_role_arn })
    }
  ]...)

  shared_variables = {
    for environment in var.environments : environment => {
      AWS_ACCOUNT_ID               = data.aws_caller_identity.current.account_id
      AWS_PERMISSIONS_BOUNDARY_ARN = try(module.deploy_roles[0].permissions_boundary_arns[environment], "")
      TF_STATE_BUCKET              = module.backend.bucket_name
      TF_STATE_REGION              = var.region
    }
  }
}
