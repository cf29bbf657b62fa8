data "aws_partition" "current" {}

locals {
  # From the name and not from the resource, so that the policy can be read in the plan.
  bucket_arn = provider::aws::arn_build(data.aws_partition.current.partition, "s3", "", "", var.bucket_name)
}

data "aws_iam_policy_document" "guard" {
  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "DenyOldTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "NumericLessThan"
      variable = "s3:TlsVersion"
      values   = ["1.2"]
    }
  }

  # Replaced states are the way back from a broken one. A lifecycle rule still expires them: bucket policies don't apply to S3 itself.
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
  statement {
    sid       = "DenyDeletionOfVersions"
    effect    = "Deny"
    actions   = ["s3:DeleteObjectVersion"]
    resources = ["${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  # S3 refuses to change both at once.
  depends_on = [aws_s3_bucket_public_access_block.this]

  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.guard.json
}
