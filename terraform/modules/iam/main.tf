# What the function may do: write to its own log group, use its own table when it has one, and nothing else. The group itself
# is made by module `cloudwatch`, so logs:CreateLogGroup, which AWS's managed policy grants, is not needed.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # From the names and not from the resources, so that the policies can be read in the plan.
  log_group_arn = join(":", [
    "arn",
    data.aws_partition.current.partition,
    "logs",
    data.aws_region.current.name,
    data.aws_caller_identity.current.account_id,
    "log-group",
    var.log_group_name,
  ])

  table_arn = var.table_name == null ? null : join(":", [
    "arn",
    data.aws_partition.current.partition,
    "dynamodb",
    data.aws_region.current.name,
    data.aws_caller_identity.current.account_id,
    "table/${var.table_name}",
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

# The very calls that the store makes, transactions included: those need the action of each item in them. test/e2e compares
# them with what the function really calls. No Scan, and nothing that describes or changes the table itself.
data "aws_iam_policy_document" "table" {
  count = var.table_name == null ? 0 : 1

  statement {
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [local.table_arn]
  }

  # An index is named by itself: leave for the table is none for its indexes.
  statement {
    actions   = ["dynamodb:Query"]
    resources = [for name in var.table_index_names : "${local.table_arn}/index/${name}"]
  }
}

resource "aws_iam_role_policy" "table" {
  count = length(data.aws_iam_policy_document.table)

  name   = "use-own-table"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.table[0].json
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
