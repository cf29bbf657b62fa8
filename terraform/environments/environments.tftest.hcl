# Run once for each environment, with its own values:
#   terraform test -test-directory=environments -var-file=environments/dev/terraform.tfvars
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
  package_path = "main.tf" # any file will do: its digest is read, nothing is uploaded
}

run "plans_under_its_own_name_with_one_process" {
  command = plan

  assert {
    condition     = output.function_name == "vm-pool-${var.environment}"
    error_message = "Two environments must not share a name: ${output.function_name}"
  }

  assert {
    condition     = module.lambda.reserved_concurrency == 1
    error_message = "Leases live in memory here, so no environment may run two processes."
  }
}
