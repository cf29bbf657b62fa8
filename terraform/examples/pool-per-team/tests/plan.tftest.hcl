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
  target = module.vm_pool["firmware"].module.iam.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.vm_pool["firmware"].module.scheduler.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.vm_pool["web"].module.iam.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.vm_pool["web"].module.scheduler.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

run "makes_a_service_for_each_team" {
  command = plan

  assert {
    condition     = { for team, service in module.vm_pool : team => service.table_name } == { firmware = "vm-pool-firmware", web = "vm-pool-web" }
    error_message = "Each team needs its own table: ${jsonencode(module.vm_pool)}"
  }
}
