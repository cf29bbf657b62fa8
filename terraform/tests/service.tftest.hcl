# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
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

variables {
  environment  = "dev"
  package_path = "main.tf" # any file will do: its digest is read, nothing is uploaded
}

run "names_everything_after_service_and_environment" {
  command = plan

  assert {
    condition     = output.function_name == "vm-pool-dev" && output.log_group_name == "/aws/lambda/vm-pool-dev" && output.access_log_group_name == "/aws/vendedlogs/apigateway/vm-pool-dev"
    error_message = "Names must carry service and environment, so that environments can share an account."
  }
}

run "passes_every_setting_to_the_function" {
  command = plan

  variables {
    lease_default_minutes = 30
    lease_max_minutes     = 60
    check_max_failures    = 5
    mock_failing_vms      = ["vm-02", "vm-03"]
  }

  assert {
    condition = module.lambda.environment_variables == tomap({
      STORE                 = "memory"
      LEASE_DEFAULT_MINUTES = "30"
      LEASE_MAX_MINUTES     = "60"
      CHECK_MAX_FAILURES    = "5"
      MOCK_FAILING_VMS      = "vm-02,vm-03"
      METRICS_NAMESPACE     = "vm-pool-dev"
    })
    error_message = "lambda/config.ts reads these settings and no others: ${jsonencode(module.lambda.environment_variables)}"
  }
}

run "runs_one_process_while_leases_live_in_its_memory" {
  command = plan

  assert {
    condition     = module.lambda.reserved_concurrency == 1
    error_message = "With a second process two users could get the same VM."
  }
}

run "runs_as_many_processes_as_asked_when_that_is_turned_off" {
  command = plan

  variables {
    single_instance = false
  }

  assert {
    condition     = module.lambda.reserved_concurrency == -1
    error_message = "single_instance = false must reserve nothing."
  }
}

run "offers_every_call_of_the_contract" {
  command = plan

  assert {
    condition     = module.apigw.route_keys == toset(["$default", "GET /health", "GET /lease", "GET /pool", "POST /getvm", "POST /releasevm", "POST /renewvm"])
    error_message = "A route is missing or new: ${join(", ", module.apigw.route_keys)}"
  }
}

run "gives_out_the_friendly_name" {
  command = plan

  variables {
    domain_name     = "vms.example.com"
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd"
    hosted_zone_id  = "Z0123456789"
  }

  assert {
    condition     = output.api_url == "https://vms.example.com" && output.getvm_url == "https://vms.example.com/getvm" && output.releasevm_url == "https://vms.example.com/releasevm"
    error_message = "With a custom domain the URLs must be the friendly ones, without the stage."
  }
}

run "refuses_an_unknown_environment_store_name_or_region" {
  command = plan

  variables {
    name        = "VM Pool"
    environment = "test"
    region      = "here"
    pool_store  = "redis"
  }

  expect_failures = [var.name, var.environment, var.region, var.pool_store]
}

run "refuses_a_default_lease_longer_than_the_longest" {
  command = plan

  variables {
    lease_default_minutes = 61
    lease_max_minutes     = 60
  }

  expect_failures = [var.lease_default_minutes]
}

run "refuses_settings_out_of_range" {
  command = plan

  variables {
    lease_max_minutes  = 525601
    check_max_failures = 101
    mock_failing_vms   = ["vm-01,vm-02"]
  }

  expect_failures = [var.lease_max_minutes, var.check_max_failures, var.mock_failing_vms]
}
