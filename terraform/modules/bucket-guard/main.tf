# What every bucket of vm-pool has: old versions, encryption, no way to make it public, no ACLs, and no request without TLS. The
# bucket itself stays with its owner, who says how it may be destroyed.
data "aws_partition" "current" {}

locals {
  # From the name and not from a resource, so that the policy can be read in the plan.
  bucket_arn = provider::aws::arn_build(data.aws_partition.current.partition, "s3", "", "", var.bucket)
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = var.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

# Encrypts each object whose writer names no encryption.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = var.bucket

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = var.bucket

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No ACLs: only policies say who may do what.
resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = var.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = [data.aws_iam_policy_document.tls.json]

  dynamic "statement" {
    for_each = var.keep_versions ? [1] : []

    # A lifecycle rule still expires them: bucket policies don't apply to S3 itself.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    content {
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
}

data "aws_iam_policy_document" "tls" {
  dynamic "statement" {
    for_each = [
      { sid = "DenyWithoutTls", test = "Bool", variable = "aws:SecureTransport", value = "false" },
      { sid = "DenyOldTls", test = "NumericLessThan", variable = "s3:TlsVersion", value = "1.2" },
    ]

    content {
      sid       = statement.value.sid
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = [local.bucket_arn, "${local.bucket_arn}/*"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = statement.value.test
        variable = statement.value.variable
        values   = [statement.value.value]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  # S3 refuses to change both at once.
  depends_on = [aws_s3_bucket_public_access_block.this]

  bucket = var.bucket
  policy = data.aws_iam_policy_document.this.json
}
