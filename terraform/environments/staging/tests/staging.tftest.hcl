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
  target = module.vm_pool.module.iam.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.vm_pool.module.scheduler.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

run "keeps_leases_in_a_table" {
  command = plan

  assert {
    condition     = module.vm_pool.function_name == "vm-pool-staging" && module.vm_pool.table_name == "vm-pool-staging"
    error_message = "The leases of staging must survive its function, in a table of that name."
  }
}

run "lends_to_nobody_who_does_not_sign" {
  command = plan

  assert {
    condition     = module.vm_pool.authorization == "iam"
    error_message = "The API of staging is on the internet: ${module.vm_pool.authorization}"
  }
}

run "refuses_a_malformed_account_id" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}
