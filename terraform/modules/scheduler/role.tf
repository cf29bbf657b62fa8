data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    # Without these, a schedule in another account could use this role.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.schedule_group_arn]
    }
  }
}

# The region is in the name, because roles are global.
resource "aws_iam_role" "this" {
  name                 = "${var.name}-tick-${data.aws_region.current.id}"
  path                 = var.role.path
  permissions_boundary = var.role.permissions_boundary
  description          = "Sends the scheduled tick to ${var.name}"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "invoke" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [var.function_arn]
  }
}

resource "aws_iam_role_policy" "invoke" {
  name   = "invoke-function"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.invoke.json
}
