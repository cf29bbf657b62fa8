# One function behind the HTTP API. Modules `iam` and `logs` make its role and log group: the group exists before the first call,
# so Lambda never makes one without a retention.
resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = "Lends virtual machines, one user each"
  role          = var.role_arn

  runtime       = var.runtime
  architectures = ["arm64"]
  handler       = "index.handler"
  memory_size   = var.memory_mb
  timeout       = var.timeout_seconds

  filename          = var.package.path
  s3_bucket         = var.package.s3_bucket
  s3_key            = var.package.s3_key
  s3_object_version = var.package.s3_object_version
  # A destroy needs no package, so a missing file is not an error here. The precondition below reports it before an apply.
  source_code_hash = var.package.path == null ? var.package.code_sha256 : try(filebase64sha256(var.package.path), null)

  # Each change of the code or a setting makes a version, which never changes again.
  publish = true

  # -1 reserves none. All versions share what is reserved.
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  environment {
    variables = { for name, value in var.environment_variables : name => value if value != null }
  }

  logging_config {
    log_format = "JSON"
    log_group  = var.log_group_name
  }

  tracing_config {
    mode = var.tracing_enabled ? "Active" : "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = var.package.path == null ? true : fileexists(var.package.path)
      error_message = "The package ${coalesce(var.package.path, "in S3")} does not exist. Build it by scripts/build, or set `package` to another one."
    }
  }
}

# The version that callers get. Its ARN stays the same, so a new version replaces the old one in one step, and the old one can come
# back in one step: `aws lambda update-alias`. The next apply moves it forward again.
resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "Version that the API and the schedule invoke"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

# Only the scheduled tick is asynchronous. The next one comes in a minute, so a tick that failed or was throttled is dropped. By
# default Lambda would retry it for six hours.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}
