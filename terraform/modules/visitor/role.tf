data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id

  # From the names and not from the resources, so that the policies can be read in the plan.
  function_arn  = provider::aws::arn_build(local.partition, "lambda", local.region, local.account, "function:${var.name}-visitor")
  log_group_arn = provider::aws::arn_build(local.partition, "logs", local.region, local.account, "log-group:/aws/lambda/${var.name}-visitor")
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }

    # Only for functions of this account.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

# The region is in the name, because roles are global. `ssh` and not `visitor`: IAM takes 64 characters.
resource "aws_iam_role" "this" {
  name                 = "${var.name}-ssh-${local.region}"
  path                 = var.role.path
  permissions_boundary = var.role.permissions_boundary
  description          = "Runs the function ${var.name}-visitor"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    # Lambda chooses the names of the streams.
    resources = ["${local.log_group_arn}:log-stream:*"]
  }
}

resource "aws_iam_role_policy" "logs" {
  name   = "write-own-logs"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.logs.json
}

# Lambda itself makes the network interfaces, with the permissions of the role. The denial counts for calls of the function's code
# only: they carry the key `lambda:SourceFunctionArn`, Lambda's own calls do not.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
# https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
data "aws_iam_policy_document" "network" {
  count = length(var.subnet_ids) > 0 ? 1 : 0

  statement {
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:UnassignPrivateIpAddresses",
    ]
    # AWS chooses the ids, and Lambda needs every kind of resource that such a call touches.
    resources = [provider::aws::arn_build(local.partition, "ec2", local.region, local.account, "*/*")]
  }

  statement {
    actions = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    # EC2 has no narrower resource for these actions.
    resources = ["*"]
  }

  statement {
    sid    = "DenyNetworkToTheCode"
    effect = "Deny"
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
    ]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values   = [local.function_arn]
    }
  }
}

resource "aws_iam_role_policy" "network" {
  count = length(data.aws_iam_policy_document.network)

  name   = "let-lambda-make-network-interfaces"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.network[0].json
}
