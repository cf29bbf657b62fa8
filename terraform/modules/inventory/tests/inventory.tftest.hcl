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
  bucket_name = "vm-pool-dev-0123456789ab"
  inventory   = "{ \"pools\": {}, \"vms\": [] }\n"
}

run "keeps_the_text_of_the_file_as_it_is" {
  command = plan

  assert {
    condition     = aws_s3_object.this.content == var.inventory && aws_s3_object.this.etag == md5(var.inventory)
    error_message = "A copy through Terraform's types would drop fields, and a change by hand must show in a plan."
  }

  assert {
    condition     = aws_s3_object.this.content_type == "application/json" && output.object == { bucket_name = var.bucket_name, key = "inventory.json" }
    error_message = "The role's policy must name the object: ${jsonencode(output.object)}"
  }
}

run "is_versioned_private_encrypted_and_only_for_tls" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Without versions nobody can see who lent which VMs before."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].status == "Enabled" && aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "S3 must expire replaced inventories."
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls &&
      aws_s3_bucket_public_access_block.this.block_public_policy &&
      aws_s3_bucket_public_access_block.this.ignore_public_acls &&
      aws_s3_bucket_public_access_block.this.restrict_public_buckets &&
      aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    )
    error_message = "All ways to make the addresses of VMs public must be closed."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "S3 must encrypt the inventory."
  }

  assert {
    condition = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : [statement.Effect, statement.Principal, statement.Action, toset(statement.Resource), statement.Condition]] == [
      for condition in [{ Bool = { "aws:SecureTransport" = "false" } }, { NumericLessThan = { "s3:TlsVersion" = "1.2" } }] :
      ["Deny", "*", "s3:*", toset(["arn:aws:s3:::vm-pool-dev-0123456789ab", "arn:aws:s3:::vm-pool-dev-0123456789ab/*"]), condition]
    ]
    error_message = "The bucket must refuse old TLS: ${aws_s3_bucket_policy.this.policy}"
  }
}

run "refuses_what_is_no_inventory" {
  command = plan

  variables {
    bucket_name = "vm.pool"
    inventory   = "vms.json"
  }

  expect_failures = [var.bucket_name, var.inventory]
}
