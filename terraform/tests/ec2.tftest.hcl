# EC2 pools: what they add to the function's settings and role, and what the module refuses.

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
  target = module.iam.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.scheduler.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.visitor[0].data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

mock_provider "aws" {
  alias  = "applied"
  source = "./tests/applied"
}

variables {
  environment   = "dev"
  package       = { path = "main.tf" } # any file will do: Terraform reads its digest and uploads nothing
  pool_store    = "dynamodb"
  authorization = "iam"
  vm_provider   = "ec2"
  inventory     = "{ \"pools\": { \"lab\": { \"access\": \"instance-connect\", \"check\": \"host-key\", \"reset\": \"replace-root-volume\", \"ec2\": { \"username\": \"ubuntu\", \"schedule\": { \"changes\": [] } } } } }"
}

run "tells_the_function_where_its_instances_are" {
  providers = { aws = aws.applied }
  state_key = "applied"

  variables {
    ec2_tags = { pool = "team" }
  }

  assert {
    condition = { for name, value in module.lambda.environment_variables : name => value if name == "PROVIDER" || startswith(name, "EC2_") } == {
      PROVIDER     = "ec2"
      EC2_POOL_TAG = "team"
      EC2_PORT_TAG = "vm-pool:port"
      EC2_USER_TAG = "vm-pool:user"
    }
    error_message = "The function must find its instances: ${jsonencode(module.lambda.environment_variables)}"
  }

  assert {
    condition     = module.iam.ec2_actions == { lab = toset(["ec2-instance-connect:SendSSHPublicKey", "ec2:CreateReplaceRootVolumeTask", "ec2:GetConsoleOutput", "ec2:StartInstances", "ec2:StopInstances"]) }
    error_message = "The role must do in the pool what the inventory says of it: ${jsonencode(module.iam.ec2_actions)}"
  }

  assert {
    condition     = local.pools_that_stop_vms == ["lab"]
    error_message = "A pool with a schedule stops VMs, so the dashboard must show what that saves."
  }

  assert {
    condition     = output.inventory_url != null && output.visitor_function_name != null && length(output.certificate_authority_public_keys) == 0
    error_message = "EC2 instances are VMs that exist; this pool needs no certificates."
  }
}

run "gives_other_providers_nothing_of_it" {
  command = plan

  variables {
    vm_provider = "static"
    inventory   = "{ \"pools\": { \"lab\": {} } }"
  }

  assert {
    condition     = module.iam.ec2_actions == {}
    error_message = "A service without EC2 pools must not reach any instance: ${jsonencode(module.iam.ec2_actions)}"
  }
}

run "lends_listed_vms_beside_instances" {
  command = plan

  variables {
    inventory = "{ \"pools\": { \"default\": { \"access\": \"certificate\" }, \"lab\": { \"ec2\": { \"hostKeys\": [\"ssh-ed25519 AAAA\"] } } }, \"vms\": [{ \"id\": \"vm-01\", \"hostKeys\": [\"ssh-ed25519 AAAA\"] }] }"
  }

  assert {
    condition     = length(module.certificate_authority) == 1 && module.iam.ec2_actions == { lab = toset(["ec2:StartInstances"]) }
    error_message = "Each pool must have what it needs: ${jsonencode(module.iam.ec2_actions)}"
  }

  assert {
    condition     = length(setsubtract(["vm-pool-dev-empty-pool-default", "vm-pool-dev-empty-pool-lab", "vm-pool-dev-inventory-faults", "vm-pool-dev-quarantines"], module.cloudwatch.alarm_names)) == 0
    error_message = "An alarm is missing: ${join(", ", module.cloudwatch.alarm_names)}"
  }
}

run "makes_keys_for_the_cleaner_that_runs_before_a_reboot" {
  command = plan

  variables {
    inventory = "{ \"pools\": { \"lab\": { \"reset\": \"reboot\", \"ec2\": {} } } }"
  }

  assert {
    condition     = length(module.certificate_authority) == 1 && contains(module.iam.ec2_actions.lab, "ec2:RebootInstances")
    error_message = "The service itself logs in with a certificate to clean a VM."
  }
}

run "refuses_instances_that_nobody_looks_for" {
  command = plan

  variables {
    vm_provider = "static"
  }

  expect_failures = [var.inventory]
}

run "refuses_a_listed_vm_in_a_pool_of_instances" {
  command = plan

  variables {
    inventory = "{ \"pools\": { \"default\": { \"ec2\": {} } }, \"vms\": [{ \"id\": \"vm-01\", \"hostKeys\": [\"ssh-ed25519 AAAA\"] }] }"
  }

  expect_failures = [var.inventory]
}

run "names_every_field_that_nobody_reads" {
  command = plan

  variables {
    inventory = "{ \"Pools\": {}, \"pools\": { \"lab\": { \"acces\": \"\", \"ec2\": { \"minrunning\": 2, \"schedule\": { \"zone\": \"UTC\", \"changes\": [{ \"min\": 1 }] } } }, \"desk\": {} }, \"vms\": [{ \"id\": \"vm-01\", \"pool\": \"desk\", \"hostKeys\": [\"k\"], \"privateKey\": \"\" }] }"
  }

  assert {
    condition     = toset(local.unknown_fields) == toset(["Pools", "pools.lab.acces", "pools.lab.ec2.minrunning", "pools.lab.ec2.schedule.zone", "pools.lab.ec2.schedule.changes[0].min", "vms[0].privateKey"])
    error_message = "Each misspelt field must be named with its place: ${jsonencode(local.unknown_fields)}"
  }

  expect_failures = [output.inventory_url]
}

run "refuses_tags_that_no_instance_has" {
  command = plan

  variables {
    ec2_tags = { pool = "aws:pool" }
  }

  expect_failures = [var.ec2_tags]
}

run "refuses_one_tag_for_two_meanings" {
  command = plan

  variables {
    ec2_tags = { pool = "Name", user = "Name" }
  }

  expect_failures = [var.ec2_tags]
}

run "lends_instances_to_nobody_in_particular_only_when_told_to" {
  command = plan

  variables {
    authorization = "none"
  }

  expect_failures = [var.vm_provider]
}

run "refuses_leases_of_instances_that_end_with_a_process" {
  command = plan

  variables {
    pool_store     = "memory"
    single_process = false # asks AWS for no quota
  }

  expect_failures = [var.vm_provider]
}
