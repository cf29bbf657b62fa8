# The real provider, offline: policy JSON and ARNs are then what AWS would get, not random words of a mock.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  bucket_name = "vm-pool-tfstate-123456789012"
}

run "is_versioned_private_encrypted_and_guarded_by_its_policy" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Without versions nobody can restore a broken state."
  }

  assert {
    condition = anytrue([
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule : try(
        rule.status == "Enabled" && rule.noncurrent_version_expiration[0].noncurrent_days == 90,
        false,
      )
    ])
    error_message = "S3 must expire replaced states after 90 days."
  }

  assert {
    condition = [
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule : [rule.filter[0].prefix, rule.expiration[0].days, rule.noncurrent_version_expiration[0].noncurrent_days]
      if rule.id == "expire-plan-files"
    ] == [["plans/", 5, 1]]
    error_message = "S3 must remove a plan file, with its secrets, after 5 days, and its replaced versions after one."
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls &&
      aws_s3_bucket_public_access_block.this.block_public_policy &&
      aws_s3_bucket_public_access_block.this.ignore_public_acls &&
      aws_s3_bucket_public_access_block.this.restrict_public_buckets
    )
    error_message = "All four ways to make a bucket public must be closed."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "ACLs must be off."
  }

  assert {
    condition = jsondecode(aws_s3_bucket_policy.this.policy).Statement == [
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::vm-pool-tfstate-123456789012/*", "arn:aws:s3:::vm-pool-tfstate-123456789012"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "DenyOldTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::vm-pool-tfstate-123456789012/*", "arn:aws:s3:::vm-pool-tfstate-123456789012"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "DenyDeletionOfVersions"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:DeleteObjectVersion"
        Resource  = "arn:aws:s3:::vm-pool-tfstate-123456789012/*"
      },
    ]
    error_message = "The bucket must refuse old TLS and the deletion of replaced states: ${aws_s3_bucket_policy.this.policy}"
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "Without kms_key_arn S3 must encrypt the state by its own key."
  }
}

run "is_encrypted_with_the_given_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition = (
      one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" &&
      one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
    )
    error_message = "The given key must encrypt the state."
  }
}

run "refuses_names_with_dots_and_alias_keys" {
  command = plan

  variables {
    bucket_name             = "vm.pool"
    kms_key_arn             = "arn:aws:kms:us-east-1:123456789012:alias/state"
    noncurrent_version_days = 0
    plan_days               = 0.5
  }

  expect_failures = [var.bucket_name, var.kms_key_arn, var.noncurrent_version_days, var.plan_days]
}
