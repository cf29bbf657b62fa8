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
  target = data.aws_subnet.first
  values = { vpc_id = "vpc-0123456789abcdef0" }
}

override_data {
  target = data.aws_ssm_parameter.ami
  values = { insecure_value = "ami-0123456789abcdef0" }
}

override_resource {
  target          = aws_security_group.visitor
  override_during = plan
  values          = { id = "sg-0123456789abcdef1" }
}

variables {
  subnet_ids     = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  borrower_cidrs = ["198.51.100.0/24"]
}

run "makes_instances_of_the_pool_that_hold_no_secret" {
  command = plan

  assert {
    condition     = length(aws_instance.vm) == 3 && alltrue([for vm in aws_instance.vm : vm.tags["vm-pool:pool"] == "default" && contains(keys(local.inventory.pools), vm.tags["vm-pool:pool"])])
    error_message = "The tag must bring each instance into the pool of the inventory."
  }

  assert {
    condition     = alltrue([for vm in aws_instance.vm : vm.metadata_options[0].http_tokens == "required" && vm.metadata_options[0].http_put_response_hop_limit == 1])
    error_message = "A request that is forged from inside must not get to the metadata."
  }

  assert {
    condition     = alltrue([for vm in aws_instance.vm : vm.root_block_device[0].encrypted && !vm.associate_public_ip_address])
    error_message = "Disks must be encrypted, and nothing public unless it is asked for."
  }

  assert {
    condition     = distinct(aws_instance.vm[*].subnet_id) == var.subnet_ids
    error_message = "Instances must be spread over the subnets."
  }
}

run "has_borrowers_and_visitor_find_one_name" {
  command = plan

  variables {
    public_addresses = true
  }

  assert {
    condition     = local.inventory.pools.default.ec2.address == "public-dns" && alltrue([for vm in aws_instance.vm : vm.associate_public_ip_address])
    error_message = "Borrowers outside and the visitor inside need a name that each resolves."
  }
}

run "lets_nobody_else_in" {
  command = plan

  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.borrowers) == ["198.51.100.0/24"] && aws_vpc_security_group_ingress_rule.visitor.from_port == 22
    error_message = "The SSH port is for borrowers and for the visitor."
  }
}

run "refuses_to_open_the_port_to_the_internet" {
  command = plan

  variables {
    borrower_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.borrower_cidrs]
}

run "refuses_a_reset_that_leaves_what_borrowers_did" {
  command = plan

  variables {
    reset = "none"
  }

  expect_failures = [var.reset]
}
