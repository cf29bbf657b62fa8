# The bucket that holds Terraform state, whose loss hurts most. So it can't be destroyed, keeps old versions, and nobody reaches it
# without TLS or from outside the account.
resource "aws_s3_bucket" "this" {
  bucket = var.bucket_name

  lifecycle {
    prevent_destroy = true
  }
}

module "guard" {
  source = "../bucket-guard"

  bucket      = aws_s3_bucket.this.bucket
  kms_key_arn = var.kms_key_arn
  # Replaced states are the way back from a broken one.
  keep_versions = true
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  # A rule for noncurrent versions has a meaning only after versioning is on.
  bucket = module.guard.bucket

  rule {
    id     = "expire-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_version_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # A plan file holds secrets of the state in clear text, and is worth nothing after its apply.
  rule {
    id     = "expire-plan-files"
    status = "Enabled"

    filter {
      prefix = "plans/"
    }

    expiration {
      days = var.plan_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  rule {
    id     = "remove-leftover-delete-markers"
    status = "Enabled"

    filter {}

    # Terraform deletes a lock file after each run, which leaves a delete marker.
    expiration {
      expired_object_delete_marker = true
    }
  }
}
