# What the function may do: write to its own log group, use its own table and read the token of its metrics when it has them, and
# nothing else (real-vms.tf: what VMs that exist add). Module `logs` makes the group, so logs:CreateLogGroup, which AWS's managed policy grants, is not needed.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id

  # From the names and not from the resources, so that the policies can be read in the plan.
  log_group_arn = provider::aws::arn_build(local.partition, "logs", local.region, local.account, "log-group:${var.log_group_name}")
  table_arn     = var.table == null ? null : provider::aws::arn_build(local.partition, "dynamodb", local.region, local.account, "table/${var.table.name}")
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }

    # Only for functions of this account. `aws:SourceArn` would name the one function, but AWS documents nowhere that Lambda sends it.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

# The region is in the name, because roles are global: the same service can run in two regions of one account.
resource "aws_iam_role" "this" {
  name                 = "${var.name}-${local.region}"
  path                 = var.role.path
  permissions_boundary = var.role.permissions_boundary
  description          = "Runs the function ${var.name}"
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

# The calls that the store makes; a transaction needs the action of each item in it. test/e2e compares them with what the
# function really calls. No Scan, and nothing that describes or changes the table itself.
data "aws_iam_policy_document" "table" {
  count = var.table == null ? 0 : 1

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

  # A table's permission does not cover its indexes; each needs its own.
  statement {
    actions   = ["dynamodb:Query"]
    resources = [for name in var.table.index_names : "${local.table_arn}/index/${name}"]
  }
}

resource "aws_iam_role_policy" "table" {
  count = length(data.aws_iam_policy_document.table)

  name   = "use-own-table"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.table[0].json
}

# DynamoDB uses a customer-managed key with the permissions of its caller. AWS's own key `aws/dynamodb` needs no grant: it lets
# everybody use it who may use the table.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
data "aws_iam_policy_document" "table_key" {
  count = try(var.table.kms_key_arn, null) == null ? 0 : 1

  statement {
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = [var.table.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["dynamodb.${local.region}.${data.aws_partition.current.dns_suffix}"]
    }
  }
}

resource "aws_iam_role_policy" "table_key" {
  count = length(data.aws_iam_policy_document.table_key)

  name   = "use-key-of-own-table"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.table_key[0].json
}

data "aws_iam_policy_document" "metrics_token" {
  count = var.metrics_token == null ? 0 : 1

  statement {
    actions   = ["ssm:GetParameter"]
    resources = [provider::aws::arn_build(local.partition, "ssm", local.region, local.account, "parameter/${trimprefix(var.metrics_token.parameter, "/")}")]
  }

  # AWS's own key aws/ssm needs no grant.
  dynamic "statement" {
    for_each = compact([var.metrics_token.kms_key_arn])

    content {
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}

resource "aws_iam_role_policy" "metrics_token" {
  count = length(data.aws_iam_policy_document.metrics_token)

  name   = "read-metrics-token"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.metrics_token[0].json
}

data "aws_iam_policy_document" "tracing" {
  statement {
    actions = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    # X-Ray has no narrower resource for these actions.
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "tracing" {
  count = var.tracing_enabled ? 1 : 0

  name   = "write-traces"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.tracing.json
}
