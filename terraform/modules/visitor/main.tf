# The function that talks to VMs. A VM may be hostile, so whatever its answers do to this code, the code can do nothing else: it
# has no permission but to write its log, no settings and no secrets of its own. With subnets it runs inside a VPC, where it reaches
# VMs with private addresses; the main function, which calls AWS, stays outside.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}-visitor"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

resource "aws_lambda_function" "this" {
  function_name = "${var.name}-visitor"
  description   = "Visits the virtual machines of ${var.name} over SSH"
  role          = aws_iam_role.this.arn

  runtime       = var.runtime
  architectures = ["arm64"]
  handler       = "visitor.handler"
  memory_size   = 512
  # A visit has its own, shorter limit.
  timeout = 30

  filename          = var.package.path
  s3_bucket         = var.package.s3_bucket
  s3_key            = var.package.s3_key
  s3_object_version = var.package.s3_object_version
  # As in module `lambda`, which also reports a missing file.
  source_code_hash = var.package.path == null ? var.package.code_sha256 : try(filebase64sha256(var.package.path), null)

  # A version of the main function invokes the version of its own build, also after the alias of the main function went back.
  publish = true

  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  dynamic "vpc_config" {
    for_each = length(var.subnet_ids) > 0 ? [var.subnet_ids] : []

    content {
      subnet_ids         = vpc_config.value
      security_group_ids = var.security_group_ids
    }
  }

  # Lambda asks for the permissions of the role when it makes the function.
  depends_on = [aws_iam_role_policy.logs, aws_iam_role_policy.network]
}
