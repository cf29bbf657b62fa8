# The inventory as one object in a bucket of its own, which the function reads at its start and with each tick. The text of the file
# is kept as it is: a typed copy would drop a misspelt field without a word.
resource "aws_s3_bucket" "this" {
  bucket = var.bucket_name
  # Terraform wrote the object from a file and can write it again, so nothing is lost with the old versions.
  force_destroy = true
}

# Its old versions show who lent which VMs when, and a bad inventory can be undone by hand.
module "guard" {
  source = "../bucket-guard"

  bucket = aws_s3_bucket.this.bucket
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  # A rule for noncurrent versions has a meaning only after versioning is on.
  bucket = module.guard.bucket

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
  bucket       = module.guard.bucket
  key          = "inventory.json"
  content      = var.inventory
  content_type = "application/json"
  # So that a plan notices an object that somebody else wrote.
  etag = md5(var.inventory)
}
