# The most that a role of an environment may do, whatever policies it gets: what the modules `iam`, `scheduler` and `visitor` grant. The apply role
# must put it on each role that it makes, so it can't make one that is stronger than itself.
data "aws_iam_policy_document" "boundary" {
  for_each = local.apply_roles

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = local.made[each.value].log_groups
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

  # EC2 has no narrower resource for these actions.
  statement {
    actions   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    resources = ["*"]
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
  # From the name and not from the resource, so that the policies can be read in the plan.
  boundary_arns = { for environment, role in local.apply_roles : role => provider::aws::arn_build(local.partition, "iam", "", local.account, "policy/${local.services[role]}-boundary") }
}
