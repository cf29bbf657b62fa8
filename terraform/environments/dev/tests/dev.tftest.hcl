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

override_data {
  target = module.vm_pool.data.aws_servicequotas_service_quota.concurrency
  values = { value = 1000 }
}

run "keeps_leases_in_memory_at_no_cost" {
  command = plan

  assert {
    condition     = module.vm_pool.function_name == "vm-pool-dev"
    error_message = "Two environments must not share a name: ${module.vm_pool.function_name}"
  }

  assert {
    condition     = module.vm_pool.table_name == null
    error_message = "dev must not pay for a table."
  }
}

run "lends_mock_vms_to_anybody" {
  command = plan

  assert {
    condition     = module.vm_pool.authorization == "none"
    error_message = "dev must answer callers who do not sign: ${module.vm_pool.authorization}"
  }
}

run "refuses_a_malformed_account_id" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}
