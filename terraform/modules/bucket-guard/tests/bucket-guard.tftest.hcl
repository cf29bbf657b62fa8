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
  bucket = "vm-pool-dev-0123456789ab"
}

run "is_versioned_private_encrypted_and_only_for_tls" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Without versions nobody can restore what was replaced."
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
    condition = jsondecode(output.policy).Statement == [
      {
        Sid       = "DenyWithoutTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::vm-pool-dev-0123456789ab/*", "arn:aws:s3:::vm-pool-dev-0123456789ab"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "DenyOldTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = ["arn:aws:s3:::vm-pool-dev-0123456789ab/*", "arn:aws:s3:::vm-pool-dev-0123456789ab"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
    ]
    error_message = "The bucket must refuse old TLS and nothing else: ${output.policy}"
  }

  assert {
    condition     = output.encryption == { algorithm = "AES256", kms_key_arn = null } || output.encryption == { algorithm = "AES256", kms_key_arn = "" }
    error_message = "Without kms_key_arn S3 must encrypt by its own key: ${jsonencode(output.encryption)}"
  }
}

run "is_encrypted_with_the_given_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition     = output.encryption == { algorithm = "aws:kms", kms_key_arn = var.kms_key_arn }
    error_message = "The given key must encrypt the objects: ${jsonencode(output.encryption)}"
  }
}

run "keeps_replaced_versions_where_they_are_the_way_back" {
  command = plan

  variables {
    keep_versions = true
  }

  assert {
    condition = jsondecode(output.policy).Statement[2] == {
      Sid       = "DenyDeletionOfVersions"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:DeleteObjectVersion"
      Resource  = "arn:aws:s3:::vm-pool-dev-0123456789ab/*"
    }
    error_message = "Nobody may delete replaced versions: ${output.policy}"
  }
}
