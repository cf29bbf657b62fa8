# Wiring only. Names are made once, here, and passed down, so that no module needs to look another one up:
# log groups (cloudwatch) -> role (iam) -> function (lambda) -> API (apigw) and tick (scheduler) -> dashboard and alarms (cloudwatch).
locals {
  name         = "${var.name}-${var.environment}"
  package_path = coalesce(var.package_path, "${path.root}/../dist/lambda.zip")

  # The function dispatches on these very strings; whatever matches none of them reaches it as `$default`.
  route_keys = [
    "POST /getvm",
    "POST /releasevm",
    "POST /renewvm",
    "GET /lease",
    "GET /pool",
    "GET /health",
  ]
}

module "iam" {
  source = "./modules/iam"

  name            = local.name
  log_group_name  = module.cloudwatch.function_log_group_name
  tracing_enabled = var.tracing_enabled
}

module "lambda" {
  source = "./modules/lambda"

  name                 = local.name
  role_arn             = module.iam.role_arn
  package_path         = local.package_path
  log_group_name       = module.cloudwatch.function_log_group_name
  tracing_enabled      = var.tracing_enabled
  reserved_concurrency = var.pool_store == "memory" && var.single_instance ? 1 : null

  environment_variables = {
    STORE                 = var.pool_store
    LEASE_DEFAULT_MINUTES = var.lease_default_minutes
    LEASE_MAX_MINUTES     = var.lease_max_minutes
    CHECK_MAX_FAILURES    = var.check_max_failures
    MOCK_FAILING_VMS      = join(",", var.mock_failing_vms)
    METRICS_NAMESPACE     = local.name
  }
}

module "apigw" {
  source = "./modules/apigw"

  name                         = local.name
  function_name                = module.lambda.function_name
  function_invoke_arn          = module.lambda.invoke_arn
  route_keys                   = local.route_keys
  access_log_group_arn         = module.cloudwatch.access_log_group_arn
  throttling_rate_per_second   = var.throttling_rate_per_second
  throttling_burst             = var.throttling_burst
  cors_allowed_origins         = var.cors_allowed_origins
  domain_name                  = var.domain_name
  certificate_arn              = var.certificate_arn
  hosted_zone_id               = var.hosted_zone_id
  execute_api_endpoint_enabled = var.execute_api_endpoint_enabled
}

module "scheduler" {
  source = "./modules/scheduler"

  name         = local.name
  function_arn = module.lambda.function_arn
}

module "cloudwatch" {
  source = "./modules/cloudwatch"

  name                     = local.name
  metrics_namespace        = local.name
  function_name            = module.lambda.function_name
  api_id                   = module.apigw.api_id
  api_stage                = module.apigw.stage_name
  pools                    = var.pools
  log_retention_days       = var.log_retention_days
  logs_kms_key_arn         = var.logs_kms_key_arn
  alarm_topic_arn          = var.alarm_topic_arn
  alarm_function_errors    = var.alarm_function_errors
  alarm_throttles          = var.alarm_throttles
  alarm_5xx                = var.alarm_5xx
  alarm_p99_latency_ms     = var.alarm_p99_latency_ms
  alarm_empty_pool_minutes = var.alarm_empty_pool_minutes
}
