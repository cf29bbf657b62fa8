# The inventory as one object in a bucket of its own, which the function reads at its start and with each tick. The text of the file
# is kept as it is: a typed copy would drop a misspelt field without a word.
resource "aws_s3_bucket" "this" {
  bucket = var.bucket_name
  # Terraform wrote the object from a file and can write it again, so nothing is lost with the old versions.
  force_destroy = true
}

# Shows who lent which VMs when, and a bad inventory can be undone by hand.
resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No ACLs: only policies say who may do what.
resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  # A rule for noncurrent versions has a meaning only after versioning is on.
  bucket = aws_s3_bucket_versioning.this.bucket

  rule {
    id     = "expire-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_object" "this" {
  bucket       = aws_s3_bucket_versioning.this.bucket
  key          = "inventory.json"
  content      = var.inventory
  content_type = "application/json"
  # So that a plan notices an object that somebody else wrote.
  etag = md5(var.inventory)
}
