# Who may deploy from GitHub Actions. One role plans every environment and can't change them; each environment has a role that
# applies it and no other. So a pull request, whose code runs while it is planned, never holds what it takes to apply.
#   trust.tf: who gets a role · read.tf, make.tf, api.tf, watch.tf, vms.tf, state.tf: what it may do · boundary.tf: what it may pass on
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id

  plan_role   = "${var.name}-github-plan"
  apply_roles = { for environment in var.environments : environment => "${var.name}-github-apply-${environment}" }

  # The name of the services that a role may touch, by role.
  services = merge(
    { (local.plan_role) = "${var.name}-*" },
    { for environment, role in local.apply_roles : role => "${var.name}-${environment}" },
  )

  # What terraform/ makes, by role. From the names and not from the resources, which do not exist yet.
  made = {
    for role, service in local.services : role => {
      # That of the main function, and that of the visitor.
      function_roles = flatten([for region in var.regions : [for end in ["", "-ssh"] : provider::aws::arn_build(local.partition, "iam", "", local.account, "role/${service}${end}-${region}")]])
      tick_roles     = [for region in var.regions : provider::aws::arn_build(local.partition, "iam", "", local.account, "role/${service}-tick-${region}")]
      # A version or an alias is behind a colon.
      functions       = flatten([for region in var.regions : [for end in ["", ":*", "-visitor", "-visitor:*"] : provider::aws::arn_build(local.partition, "lambda", region, local.account, "function:${service}${end}")]])
      apis            = [for region in var.regions : provider::aws::arn_build(local.partition, "apigateway", region, "", "/apis")]
      api_parts       = [for region in var.regions : provider::aws::arn_build(local.partition, "apigateway", region, "", "/apis/*")]
      api_tags        = [for region in var.regions : provider::aws::arn_build(local.partition, "apigateway", region, "", "/tags/*")]
      schedules       = [for region in var.regions : provider::aws::arn_build(local.partition, "scheduler", region, local.account, "schedule/${service}/tick")]
      schedule_groups = [for region in var.regions : provider::aws::arn_build(local.partition, "scheduler", region, local.account, "schedule-group/${service}")]
      # The first one, and those that scripts/restore-table made.
      tables = flatten([for region in var.regions : [for end in ["", "-restored-*"] : provider::aws::arn_build(local.partition, "dynamodb", region, local.account, "table/${service}${end}")]])
      # Some calls name a group with `:*` behind it, others without.
      log_groups = flatten([for region in var.regions : [for group in ["/aws/lambda/${service}", "/aws/lambda/${service}-visitor", "/aws/vendedlogs/apigateway/${service}"] : [
        for end in ["", ":*"] : provider::aws::arn_build(local.partition, "logs", region, local.account, "log-group:${group}${end}")
      ]]])
      # The alarm of the environment has its name.
      alarms     = flatten([for region in var.regions : [for end in ["", "-*"] : provider::aws::arn_build(local.partition, "cloudwatch", region, local.account, "alarm:${service}${end}")]])
      dashboards = [provider::aws::arn_build(local.partition, "cloudwatch", "", local.account, "dashboard/${service}")]
      # A subscription is behind a colon.
      topics = flatten([for region in var.regions : [for end in ["", ":*"] : provider::aws::arn_build(local.partition, "sns", region, local.account, "${service}-alarms${end}")]])
      # The digest is that of terraform/real-vms.tf.
      inventories = [for region in var.regions : provider::aws::arn_build(local.partition, "s3", "", "", "${service}-${substr(sha256("${local.account}/${region}"), 0, 12)}")]
      key_aliases = flatten([for region in var.regions : [for key in ["a", "b"] : provider::aws::arn_build(local.partition, "kms", region, local.account, "alias/${service}-ca-${key}")]])
      budgets     = [provider::aws::arn_build(local.partition, "budgets", "", local.account, "budget/${service}")]
    }
  }
}
