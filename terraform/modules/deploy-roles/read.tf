# What a refresh of the state reads: all that the plan role may do with what it plans, and a part of what an apply role does.
# test/e2e/deploy-stories.ts compares this, and what the other files grant, with the calls that Terraform made.
data "aws_iam_policy_document" "read" {
  for_each = local.services

  statement {
    actions   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
    resources = concat(local.made[each.key].function_roles, local.made[each.key].tick_roles)
  }

  statement {
    actions = [
      "lambda:GetAlias",
      "lambda:GetFunction",
      "lambda:GetFunctionCodeSigningConfig",
      "lambda:GetFunctionEventInvokeConfig",
      "lambda:GetPolicy",
      "lambda:ListVersionsByFunction",
    ]
    resources = local.made[each.key].functions
  }

  # AWS chooses the id of an API, so these are all APIs of the regions.
  statement {
    actions   = ["apigateway:GET"]
    resources = concat(local.made[each.key].api_parts, local.domain_names[each.key])
  }

  statement {
    actions   = ["scheduler:GetSchedule", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"]
    resources = concat(local.made[each.key].schedules, local.made[each.key].schedule_groups)
  }

  statement {
    actions = [
      "dynamodb:DescribeContinuousBackups",
      "dynamodb:DescribeTable",
      "dynamodb:DescribeTimeToLive",
      "dynamodb:ListTagsOfResource",
    ]
    resources = local.made[each.key].tables
  }

  # Of the calls about log groups, those about tags name a group without `:*`.
  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
  statement {
    actions   = ["logs:ListTagsForResource"]
    resources = [for arn in local.made[each.key].log_groups : arn if !endswith(arn, ":*")]
  }

  statement {
    actions   = ["cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"]
    resources = concat(local.made[each.key].alarms, local.made[each.key].dashboards)
  }

  statement {
    actions   = ["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource"]
    resources = local.made[each.key].topics
  }

  statement {
    actions   = ["budgets:ListTagsForResource", "budgets:ViewBudget"]
    resources = local.made[each.key].budgets
  }

  # Concurrent executions of Lambda, which a store in memory needs one of.
  statement {
    actions   = ["servicequotas:GetServiceQuota"]
    resources = [for region in var.regions : provider::aws::arn_build(local.partition, "servicequotas", region, local.account, "lambda/L-B99A9384")]
  }

  # The provider looks up AWS's own key, which encrypts a table without a key of the customer. AWS chooses the id of the key.
  statement {
    actions   = ["kms:DescribeKey"]
    resources = [for region in var.regions : provider::aws::arn_build(local.partition, "kms", region, local.account, "key/*")]

    condition {
      test     = "StringEquals"
      variable = "kms:RequestAlias"
      values   = ["alias/aws/dynamodb"]
    }
  }

  # AWS has no resources for these actions: whoever may describe one log group may describe all. Of alarms, it returns those that
  # combine others only to callers who may describe all.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
  statement {
    actions = [
      "cloudwatch:DescribeAlarms",
      "logs:DescribeLogGroups",
      "logs:DescribeQueryDefinitions",
      "servicequotas:GetAWSDefaultServiceQuota",
    ]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = length(local.zones[each.key]) > 0 ? [local.zones[each.key]] : []

    content {
      actions   = ["route53:GetHostedZone", "route53:ListResourceRecordSets"]
      resources = statement.value
    }
  }
}

locals {
  # The domains that a role may touch, by role; the plan role reads all of them.
  domains = merge(
    { (local.plan_role) = values(var.domains) },
    { for environment, role in local.apply_roles : role => [for key, domain in var.domains : domain if key == environment] },
  )
  # A mapping of an API lies below its domain.
  domain_names = { for role, domains in local.domains : role => flatten([
    for region in var.regions : [for domain in domains : [for end in ["", "/*"] :
      provider::aws::arn_build(local.partition, "apigateway", region, "", "/domainnames/${domain.name}${end}")
    ]]
  ]) }
  zones       = { for role, domains in local.domains : role => [for domain in domains : provider::aws::arn_build(local.partition, "route53", "", "", "hostedzone/${domain.hosted_zone_id}")] }
  truststores = { for role, domains in local.domains : role => compact(domains[*].truststore_arn) }
}
