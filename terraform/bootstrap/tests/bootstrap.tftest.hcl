# The real provider, offline: policy JSON and ARNs are then what AWS would get, not random words of a mock.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

run "names_the_bucket_after_the_account" {
  command = plan

  assert {
    condition     = module.backend.bucket_name == "vm-pool-tfstate-123456789012"
    error_message = "Another account may already have a name without the account's id: ${module.backend.bucket_name}"
  }
}

run "takes_the_given_name" {
  command = plan

  variables {
    bucket_name = "our-states"
  }

  assert {
    condition     = module.backend.bucket_name == "our-states"
    error_message = "bucket_name must win over the name made from the account."
  }
}
