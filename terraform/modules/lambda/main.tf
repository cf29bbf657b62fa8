# One function behind the HTTP API. Its role and log group belong to the modules `iam` and `cloudwatch`:
# the log group exists before the first call, so Lambda never makes one that has no retention.
resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = "Lends virtual machines, one user each"
  role          = var.role_arn

  runtime       = "nodejs22.x"
  architectures = ["arm64"]
  handler       = "index.handler"
  memory_size   = var.memory_mb
  timeout       = var.timeout_seconds

  filename = var.package_path
  # Whoever destroys has no need of a package, so its absence is told by the precondition, which an apply checks first.
  source_code_hash = try(filebase64sha256(var.package_path), null)

  # -1 is AWS's word for "none reserved".
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  environment {
    variables = var.environment_variables
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
      condition     = fileexists(var.package_path)
      error_message = "There is no ${var.package_path}. Build it first: npm run build."
    }
  }
}

# Only the scheduled tick is asynchronous. The next one comes in a minute, so a tick that failed or was throttled is
# dropped: left to itself, Lambda would queue such events for six hours.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}
