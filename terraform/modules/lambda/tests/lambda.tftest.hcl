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
  name            = "vm-pool-dev"
  role_arn        = "arn:aws:iam::123456789012:role/vm-pool-dev"
  log_group_name  = "/aws/lambda/vm-pool-dev"
  package         = { path = "main.tf" } # any file will do: Terraform reads its digest and uploads nothing
  timeout_seconds = 29

  environment_variables = { STORE = "memory" }
}

run "runs_the_built_handler_and_limits_nothing_unless_told" {
  command = plan

  assert {
    condition = (
      aws_lambda_function.this.runtime == "nodejs22.x" &&
      aws_lambda_function.this.architectures == tolist(["arm64"]) &&
      aws_lambda_function.this.handler == "index.handler"
    )
    error_message = "dist/lambda.zip is built for nodejs22.x on arm64 with index.mjs at its top."
  }

  assert {
    condition     = aws_lambda_function.this.timeout == 29
    error_message = "timeout_seconds must reach the function."
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("main.tf")
    error_message = "Without the digest of the package a new build would not be deployed."
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "JSON" && aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/vm-pool-dev"
    error_message = "The function must log JSON into the group that has a retention."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "Without reserved_concurrency nothing may be reserved."
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
    error_message = "Tracing must be off by default."
  }

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.live.name == "live" && aws_lambda_alias.live.function_name == "vm-pool-dev"
    error_message = "Each change must become a version that the alias leads to."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.qualifier == "live"
    error_message = "Ticks go to the alias, so its settings count, not those of the function."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 60
    error_message = "Lambda would retry old ticks for up to six hours."
  }
}

run "applies_concurrency_tracing_and_environment" {
  command = plan

  variables {
    reserved_concurrency  = 1
    tracing_enabled       = true
    environment_variables = { STORE = "memory", LEASE_MAX_MINUTES = 60, TABLE_NAME = null }
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 1
    error_message = "reserved_concurrency must reach the function."
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "tracing_enabled must reach the function."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables == tomap({ STORE = "memory", LEASE_MAX_MINUTES = "60" })
    error_message = "environment_variables must reach the function, numbers as text and nulls not at all."
  }
}

run "says_what_to_do_when_the_package_is_not_built" {
  command = plan

  variables {
    package = { path = "nowhere/lambda.zip" }
  }

  expect_failures = [aws_lambda_function.this]
}

run "takes_the_package_from_s3" {
  command = plan

  variables {
    package = {
      s3_bucket         = "releases"
      s3_key            = "vm-pool/lambda.zip"
      s3_object_version = "v1"
      code_sha256       = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
  }

  assert {
    condition = (
      aws_lambda_function.this.filename == null &&
      aws_lambda_function.this.s3_bucket == "releases" &&
      aws_lambda_function.this.s3_key == "vm-pool/lambda.zip" &&
      aws_lambda_function.this.s3_object_version == "v1"
    )
    error_message = "The object must reach the function."
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == var.package.code_sha256
    error_message = "Without the digest Terraform would not see a new package under the same key."
  }
}

run "refuses_a_package_in_two_places" {
  command = plan

  variables {
    package = { path = "main.tf", s3_bucket = "releases", s3_key = "lambda.zip" }
  }

  expect_failures = [var.package]
}

run "refuses_a_bucket_without_a_key" {
  command = plan

  variables {
    package = { s3_bucket = "releases" }
  }

  expect_failures = [var.package]
}

run "refuses_a_digest_for_a_local_file" {
  command = plan

  variables {
    package = { path = "main.tf", code_sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }

  expect_failures = [var.package]
}

run "refuses_a_runtime_that_the_build_does_not_support" {
  command = plan

  variables {
    runtime = "nodejs20.x"
  }

  expect_failures = [var.runtime]
}

run "can_be_stopped" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 0
    error_message = "While a table is restored nothing may write to the old one."
  }
}

run "refuses_settings_out_of_range" {
  command = plan

  variables {
    name                 = "vm pool"
    memory_mb            = 127
    timeout_seconds      = 30
    reserved_concurrency = -1
  }

  expect_failures = [var.name, var.memory_mb, var.timeout_seconds, var.reserved_concurrency]
}

run "refuses_fractions" {
  command = plan

  variables {
    memory_mb            = 1024.5
    timeout_seconds      = 1.5
    reserved_concurrency = 1.5
  }

  expect_failures = [var.memory_mb, var.timeout_seconds, var.reserved_concurrency]
}
