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

run "keeps_old_states_for_a_while_and_plans_for_days" {
  command = plan

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
    condition     = module.guard.bucket == var.bucket_name && contains(jsondecode(module.guard.policy).Statement[*].Sid, "DenyDeletionOfVersions")
    error_message = "Replaced states are the way back from a broken one, so nobody may delete them: ${module.guard.policy}"
  }
}

run "is_encrypted_with_the_given_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition     = module.guard.encryption == { algorithm = "aws:kms", kms_key_arn = var.kms_key_arn }
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
