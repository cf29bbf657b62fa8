# The most that a role of an environment may do, whatever policies it gets: what the modules `iam`, `scheduler` and `visitor` grant. The apply role
# must put it on each role that it makes, so it can't make one that is stronger than itself.
data "aws_iam_policy_document" "boundary" {
  for_each = local.apply_roles

  statement {
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    # API Gateway writes its own group without a role.
    resources = [for arn in local.made[each.value].log_groups : arn if strcontains(arn, ":/aws/lambda/") && endswith(arn, ":*")]
  }

  statement {
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = flatten([for table in local.made[each.value].tables : [table, "${table}/index/*"]])
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) > 0 ? [var.kms_key_arns] : []

    content {
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
      resources = statement.value
    }
  }

  # The tick, and visits to VMs.
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = local.made[each.value].functions
  }

  # What lending VMs that exist takes.
  statement {
    actions   = ["s3:GetObject"]
    resources = [for bucket in local.made[each.value].inventories : "${bucket}/inventory.json"]
  }

  statement {
    actions   = ["kms:Sign"]
    resources = local.keys

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/service"
      values   = [var.name]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/environment"
      values   = [each.key]
    }
  }

  dynamic "statement" {
    for_each = length(var.stored_key_arns) > 0 ? [var.stored_key_arns] : []

    content {
      actions   = ["secretsmanager:GetSecretValue", "ssm:GetParameter"]
      resources = statement.value
    }
  }

  # Lambda makes the network interfaces of the visitor, whose role takes these from the visitor's code. The ids are AWS's choice.
  statement {
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = [for region in var.regions : provider::aws::arn_build(local.partition, "ec2", region, local.account, "*/*")]
  }

  # AWS has no narrower resource for these actions.
  statement {
    actions = concat(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], length(local.ec2_pools[each.key]) == 0 ? [] : [
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceStatus",
      "ec2:DescribeReplaceRootVolumeTasks",
      "ssm:DescribeSessions",
    ])
    resources = ["*"]
  }

  # What lending EC2 instances takes, of the pools of this environment.
  dynamic "statement" {
    for_each = length(local.ec2_pools[each.key]) == 0 ? {} : {
      "aws:ResourceTag" = [
        "ec2-instance-connect:SendSSHPublicKey",
        "ec2:CreateReplaceRootVolumeTask",
        "ec2:GetConsoleOutput",
        "ec2:RebootInstances",
        "ec2:StartInstances",
        "ec2:StopInstances",
      ]
      "ssm:resourceTag" = ["ssm:StartSession"]
    }

    content {
      actions   = statement.value
      resources = [for region in var.regions : provider::aws::arn_build(local.partition, "ec2", region, local.account, "instance/*")]

      condition {
        test     = "StringLike"
        variable = "${statement.key}/${var.ec2_pool_tag}"
        values   = local.ec2_pools[each.key]
      }
    }
  }

  dynamic "statement" {
    for_each = length(local.ec2_pools[each.key]) == 0 ? {} : {
      ec2 = { actions = ["ec2:CreateReplaceRootVolumeTask"], names = ["replace-root-volume-task/*", "volume/*"] }
      ssm = { actions = ["ssm:StartSession", "ssm:TerminateSession"], names = ["document/SSM-SessionManagerRunShell", "session/${local.services[each.value]}-*"] }
    }

    content {
      actions   = statement.value.actions
      resources = flatten([for region in var.regions : [for name in statement.value.names : provider::aws::arn_build(local.partition, statement.key, region, local.account, name)]])
    }
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) > 0 && length(local.ec2_pools[each.key]) > 0 ? [var.kms_key_arns] : []

    content {
      actions   = ["kms:CreateGrant"]
      resources = statement.value

      condition {
        test     = "Bool"
        variable = "kms:GrantIsForAWSResource"
        values   = ["true"]
      }
    }
  }

  # X-Ray has no narrower resource for these actions.
  statement {
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "boundary" {
  for_each = local.apply_roles

  name        = "${local.services[each.value]}-boundary"
  description = "The most that the roles of ${local.services[each.value]} may do"
  policy      = data.aws_iam_policy_document.boundary[each.key].minified_json
}

locals {
  ec2_pools = { for environment in var.environments : environment => lookup(var.ec2_pools, environment, []) }

  # From the name and not from the resource, so that the policies can be read in the plan.
  boundary_arns = { for environment, role in local.apply_roles : role => provider::aws::arn_build(local.partition, "iam", "", local.account, "policy/${local.services[role]}-boundary") }
}
