# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name           = "vm-pool-dev"
  retention_days = 30
}

run "makes_both_groups_with_a_retention" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.function.name == "/aws/lambda/vm-pool-dev" && aws_cloudwatch_log_group.function.retention_in_days == 30
    error_message = "The function's group must have the name that Lambda expects, and a retention."
  }

  assert {
    condition     = aws_cloudwatch_log_group.access.name == "/aws/vendedlogs/apigateway/vm-pool-dev" && aws_cloudwatch_log_group.access.retention_in_days == 30
    error_message = "The access log's group must be among the vended logs, and have a retention."
  }

  assert {
    condition     = aws_cloudwatch_log_group.function.kms_key_id == null && aws_cloudwatch_log_group.access.kms_key_id == null
    error_message = "Without kms_key_arn AWS must encrypt with its own key."
  }
}

run "encrypts_both_groups_with_the_given_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
  }

  assert {
    condition     = aws_cloudwatch_log_group.function.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.access.kms_key_id == var.kms_key_arn
    error_message = "kms_key_arn must reach both groups."
  }
}

run "refuses_settings_out_of_range" {
  command = plan

  variables {
    name           = "vm pool"
    retention_days = 31
    kms_key_arn    = "arn:aws:kms:us-east-1:123456789012:alias/logs"
  }

  expect_failures = [var.name, var.retention_days, var.kms_key_arn]
}
