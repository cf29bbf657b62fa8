# The most that a role of an environment may do, whatever policies it gets: what module `iam` and `scheduler` grant. The apply role
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

  # The tick.
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = local.made[each.value].functions
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
