# What the function may do: write to its own log group, and nothing else. The group itself is made by module `cloudwatch`,
# so logs:CreateLogGroup, which AWS's managed policy grants, is not needed.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # From the name and not from the resource, so that the policy can be read in the plan.
  log_group_arn = join(":", [
    "arn",
    data.aws_partition.current.partition,
    "logs",
    data.aws_region.current.name,
    data.aws_caller_identity.current.account_id,
    "log-group",
    var.log_group_name,
  ])
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  description        = "Runs the function ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    # The names of the streams are Lambda's to choose.
    resources = ["${local.log_group_arn}:log-stream:*"]
  }
}

resource "aws_iam_role_policy" "logs" {
  name   = "write-own-logs"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.logs.json
}

data "aws_iam_policy_document" "tracing" {
  statement {
    actions = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    # X-Ray knows no narrower resource for these actions.
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "tracing" {
  count = var.tracing_enabled ? 1 : 0

  name   = "write-traces"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.tracing.json
}
