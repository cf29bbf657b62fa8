# VMs that exist: what their inventory makes, and what the module refuses.

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

  override_resource {
    target = module.certificate_authority[0].aws_kms_key.this["a"]
    values = { arn = "arn:aws:kms:us-east-1:123456789012:key/aaaaaaaa-12ab-44cd-a6ef-1234567890ab" }
  }

  override_resource {
    target = module.certificate_authority[0].aws_kms_key.this["b"]
    values = { arn = "arn:aws:kms:us-east-1:123456789012:key/bbbbbbbb-12ab-44cd-a6ef-1234567890ab" }
  }

  override_data {
    target = module.certificate_authority[0].data.aws_kms_public_key.this["a"]
    values = { public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8UmRrR+IwDTwfZtmsmR2nFkHiJmUWDiMuBQhG7BEEBf3pn/L4wHZHMJid0m7m0tkIqp93CtJ5uuFAg6mvCqEg==" }
  }

  override_data {
    target = module.certificate_authority[0].data.aws_kms_public_key.this["b"]
    values = { public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4KtqdCcP/PbJOQ0//usp3vB0lM//bSESSqj63LP4a+zaHsrdQfsUDaPKeGXr5T193gB7VSHx6PeZr/U8KlGLKQ==" }
  }
}

variables {
  environment   = "dev"
  package       = { path = "main.tf" } # any file will do: Terraform reads its digest and uploads nothing
  pool_store    = "dynamodb"
  authorization = "iam"
  vm_provider   = "static"
  inventory     = "{ \"pools\": { \"lab\": { \"access\": \"certificate\" } }, \"vms\": [{ \"id\": \"vm-01\", \"pool\": \"lab\", \"hostKeys\": [\"ssh-ed25519 AAAA\"] }] }"
}

run "passes_everything_about_real_vms_to_the_function" {
  providers = { aws = aws.applied }
  state_key = "applied"

  variables {
    confirmed_inventory               = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    certificate_authority_signing_key = "b"
  }

  assert {
    condition = { for name, value in module.lambda.environment_variables : name => value if contains(["PROVIDER", "INVENTORY", "CONFIRMED_INVENTORY", "CERTIFICATE_AUTHORITY", "CERTIFICATE_AUTHORITY_PUBLIC_KEYS", "VISITOR_FUNCTION"], name) } == {
      PROVIDER                          = "static"
      INVENTORY                         = "s3://${local.inventory_bucket}/inventory.json"
      CONFIRMED_INVENTORY               = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      CERTIFICATE_AUTHORITY             = "arn:aws:kms:us-east-1:123456789012:key/bbbbbbbb-12ab-44cd-a6ef-1234567890ab"
      CERTIFICATE_AUTHORITY_PUBLIC_KEYS = join(",", module.certificate_authority[0].public_keys)
      VISITOR_FUNCTION                  = "arn:aws:lambda:us-east-1:123456789012:function:example:7"
    }
    error_message = "The function must find inventory, keys and visitor: ${jsonencode(module.lambda.environment_variables)}"
  }

  assert {
    condition     = length(output.certificate_authority_public_keys) == 2 && alltrue([for line in output.certificate_authority_public_keys : startswith(line, "ecdsa-sha2-nistp256 AAAA")])
    error_message = "VMs must learn both keys: ${jsonencode(output.certificate_authority_public_keys)}"
  }
}

run "gives_mock_vms_nothing_of_it" {
  command = plan

  variables {
    vm_provider = "mock"
    inventory   = null
  }

  assert {
    condition     = length(module.inventory) + length(module.certificate_authority) + length(module.visitor) == 0
    error_message = "A service with mock VMs must not pay for keys or a second function."
  }

  assert {
    condition     = length([for name in keys(module.lambda.environment_variables) : name if can(regex("INVENTORY|CERTIFICATE|VISITOR", name))]) == 0
    error_message = "Settings of real VMs must be absent: ${jsonencode(keys(module.lambda.environment_variables))}"
  }

  assert {
    condition     = output.inventory_url == null && output.visitor_function_name == null && length(output.certificate_authority_public_keys) == 0
    error_message = "Without real VMs the outputs must be empty."
  }
}

run "names_the_bucket_after_service_account_and_region" {
  command = plan

  assert {
    condition     = output.inventory_url == "s3://vm-pool-dev-${substr(sha256("123456789012/us-east-1"), 0, 12)}/inventory.json"
    error_message = "All of AWS shares the names of buckets: ${output.inventory_url}"
  }
}

run "makes_keys_only_for_pools_with_certificates_or_commands" {
  command = plan

  variables {
    inventory = "{ \"pools\": { \"lab\": { \"access\": \"stored-key\", \"check\": \"host-key\", \"reset\": \"none\" } }, \"vms\": [{ \"id\": \"vm-01\", \"pool\": \"lab\", \"hostKeys\": [\"ssh-ed25519 AAAA\"], \"storedKey\": \"ssm:/lab/vm-01\" }] }"
  }

  assert {
    condition     = length(module.certificate_authority) == 0 && length(module.visitor) == 1 && local.stored_keys == tolist(["ssm:/lab/vm-01"])
    error_message = "Nobody signs for these VMs, and the role must read their key: ${jsonencode(local.stored_keys)}"
  }
}

run "makes_keys_for_a_command_too" {
  command = plan

  variables {
    inventory = "{ \"pools\": { \"lab\": { \"access\": \"stored-key\", \"check\": \"banner\", \"reset\": \"command\" } }, \"vms\": [] }"
  }

  assert {
    condition     = length(module.certificate_authority) == 1
    error_message = "The service itself logs in with a certificate to clean a VM."
  }
}

run "watches_the_pools_of_the_inventory_and_the_visitor" {
  command = plan

  assert {
    condition     = length(setsubtract(["vm-pool-dev-empty-pool-lab", "vm-pool-dev-inventory-faults", "vm-pool-dev-visitor-errors"], module.cloudwatch.alarm_names)) == 0
    error_message = "An alarm is missing: ${join(", ", module.cloudwatch.alarm_names)}"
  }

  assert {
    condition     = !contains(module.cloudwatch.alarm_names, "vm-pool-dev-empty-pool-default")
    error_message = "A pool that the inventory does not have would alarm for ever."
  }
}

run "puts_the_visitor_into_the_vpc" {
  command = plan

  variables {
    vpc_subnet_ids          = ["subnet-0123456789abcdef0"]
    vpc_security_group_ids  = ["sg-0123456789abcdef0"]
    visitor_max_concurrency = 40
    role                    = { path = "/services/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition     = jsonencode(module.visitor[0].network) == jsonencode({ subnet_ids = var.vpc_subnet_ids, security_group_ids = var.vpc_security_group_ids })
    error_message = "The visitor must be where the VMs are: ${jsonencode(module.visitor[0].network)}"
  }

  assert {
    condition     = module.visitor[0].reserved_concurrency == 40
    error_message = "visitor_max_concurrency must reach the visitor."
  }

  assert {
    condition     = module.visitor[0].role == { name = "vm-pool-dev-ssh-us-east-1", path = "/services/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
    error_message = "An account may refuse a role elsewhere or without a boundary: ${jsonencode(module.visitor[0].role)}"
  }
}

run "lends_real_vms_to_nobody_in_particular_only_when_told_to" {
  command = plan

  variables {
    authorization = "none"
  }

  expect_failures = [var.vm_provider]
}

run "lends_real_vms_to_everybody_when_told_to" {
  command = plan

  variables {
    authorization    = "none"
    accept_anonymous = true
  }

  assert {
    condition     = output.authorization == "none"
    error_message = "accept_anonymous must allow it."
  }
}

run "lends_real_vms_to_callers_with_a_token" {
  command = plan

  variables {
    authorization = "jwt"
    jwt_issuer    = "https://login.example.com"
    jwt_audiences = ["vm-pool"]
  }

  assert {
    condition     = module.apigw.route_authorizations["POST /getvm"] == "JWT"
    error_message = "Tokens must be enough: ${jsonencode(module.apigw.route_authorizations)}"
  }
}

run "refuses_leases_of_real_vms_that_end_with_a_process" {
  command = plan

  variables {
    pool_store     = "memory"
    single_process = false # asks AWS for no quota
  }

  expect_failures = [var.vm_provider]
}

run "refuses_real_vms_without_an_inventory" {
  command = plan

  variables {
    inventory = null
  }

  expect_failures = [var.inventory]
}

run "refuses_an_inventory_that_nobody_would_read" {
  command = plan

  variables {
    vm_provider = "mock"
  }

  expect_failures = [var.inventory]
}

run "refuses_the_name_of_a_file_for_its_text" {
  command = plan

  variables {
    inventory = "vms.json"
  }

  expect_failures = [var.inventory]
}

run "refuses_two_vms_with_one_id" {
  command = plan

  variables {
    inventory = "{ \"pools\": { \"lab\": {} }, \"vms\": [{ \"id\": \"vm-01\", \"pool\": \"lab\", \"hostKeys\": [\"k\"] }, { \"id\": \"vm-01\", \"pool\": \"lab\", \"hostKeys\": [\"k\"] }] }"
  }

  expect_failures = [var.inventory]
}

run "refuses_a_vm_in_no_pool" {
  command = plan

  variables {
    inventory = "{ \"pools\": { \"lab\": {} }, \"vms\": [{ \"id\": \"vm-01\", \"hostKeys\": [\"k\"] }] }"
  }

  expect_failures = [var.inventory]
}

run "refuses_a_vm_that_nobody_could_recognise" {
  command = plan

  variables {
    inventory = "{ \"pools\": { \"lab\": {} }, \"vms\": [{ \"id\": \"vm-01\", \"pool\": \"lab\", \"hostkeys\": [\"k\"] }] }"
  }

  expect_failures = [var.inventory]
}

run "refuses_malformed_settings_of_real_vms" {
  command = plan

  variables {
    confirmed_inventory               = "yes"
    certificate_authority_signing_key = "c"
    vpc_security_group_ids            = ["sg-0123456789abcdef0"]
  }

  expect_failures = [var.confirmed_inventory, var.certificate_authority_signing_key, var.vpc_subnet_ids]
}

run "refuses_a_vpc_for_mock_vms" {
  command = plan

  variables {
    vm_provider            = "mock"
    inventory              = null
    vpc_subnet_ids         = ["subnet-0123456789abcdef0"]
    vpc_security_group_ids = ["sg-0123456789abcdef0"]
  }

  expect_failures = [var.vpc_subnet_ids]
}
