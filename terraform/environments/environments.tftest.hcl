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
  alarm_emails = ["on-call@example.com"]
}

run "plans_under_its_own_name" {
  command = plan

  assert {
    condition     = output.function_name == "vm-pool-${var.environment}"
    error_message = "Two environments must not share a name: ${output.function_name}"
  }

  assert {
    condition     = module.lambda.reserved_concurrency == (var.pool_store == "memory" ? 1 : -1)
    error_message = "Where leases live in memory no two processes may run, and elsewhere nothing may hold them up."
  }
}

run "plans_with_a_table_too" {
  command = plan

  variables {
    pool_store = "dynamodb"
  }

  assert {
    condition     = output.table_name == "vm-pool-${var.environment}"
    error_message = "Two environments must not share a table: ${output.table_name}"
  }

  assert {
    condition     = module.dynamodb[0].deletion_protection_enabled == (var.environment != "dev")
    error_message = "Only the table of developers may go without being asked for twice."
  }
}
