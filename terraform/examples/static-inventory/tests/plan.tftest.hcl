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
  target = module.vm_pool.module.visitor[0].data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = data.aws_subnet.of_visitor
  values = { vpc_id = "vpc-0123456789abcdef0" }
}

override_resource {
  target          = aws_security_group.visitor
  override_during = plan
  values          = { id = "sg-0123456789abcdef1" }
}

variables {
  subnet_ids            = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  vms_security_group_id = "sg-0123456789abcdef0"
}

run "lends_the_vms_of_the_file_to_callers_who_sign" {
  command = plan

  assert {
    condition     = module.vm_pool.authorization == "iam" && module.vm_pool.visitor_function_name == "vm-pool-lab-visitor"
    error_message = "VMs that exist are for callers who sign, and somebody must visit them."
  }

  assert {
    condition     = startswith(module.vm_pool.function_name, "vm-pool-lab")
    error_message = "The environment must be in the names."
  }
}

run "refuses_to_visit_from_nowhere" {
  command = plan

  variables {
    subnet_ids = []
  }

  expect_failures = [var.subnet_ids]
}
