# Wiring only. Names are made once, here, and passed down, so that no module needs to look another one up:
# log groups (cloudwatch) and table (dynamodb) -> role (iam) -> function (lambda) -> API (apigw) and tick (scheduler) ->
# dashboard and alarms (cloudwatch).
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
    "GET /openapi.json",
  ]

  # The same, for those whom IAM lets make them.
  operator_route_keys = [
    "GET /vms",
    "GET /events",
    "POST /vms/{id}/drain",
    "POST /vms/{id}/return",
    "POST /vms/{id}/quarantine",
    "POST /vms/{id}/release",
  ]

  # Null without a table.
  table_name = one(module.dynamodb[*].table_name)
}

module "dynamodb" {
  source = "./modules/dynamodb"
  count  = var.pool_store == "dynamodb" ? 1 : 0

  name                        = local.name
  kms_key_arn                 = var.table_kms_key_arn
  deletion_protection_enabled = var.table_deletion_protection
}

module "iam" {
  source = "./modules/iam"

  name              = local.name
  log_group_name    = module.cloudwatch.function_log_group_name
  tracing_enabled   = var.tracing_enabled
  table_name        = local.table_name
  table_index_names = try(module.dynamodb[0].index_names, [])
}

module "lambda" {
  source = "./modules/lambda"

  name                 = local.name
  role_arn             = module.iam.role_arn
  package_path         = local.package_path
  log_group_name       = module.cloudwatch.function_log_group_name
  timeout_seconds      = var.timeout_seconds
  tracing_enabled      = var.tracing_enabled
  reserved_concurrency = var.pool_store == "memory" && var.single_instance ? 1 : null

  environment_variables = {
    STORE                 = var.pool_store
    TABLE_NAME            = local.table_name == null ? "" : local.table_name
    EVENTS_KEPT_DAYS      = var.events_kept_days
    LEASE_DEFAULT_MINUTES = var.lease_default_minutes
    LEASE_MAX_MINUTES     = var.lease_max_minutes
    CHECK_MAX_FAILURES    = var.check_max_failures
    CHECK_BACKOFF_SECONDS = var.check_backoff_seconds
    CHECK_TIMEOUT_SECONDS = var.check_timeout_seconds
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
  operator_route_keys          = local.operator_route_keys
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

  name                         = local.name
  metrics_namespace            = local.name
  function_name                = module.lambda.function_name
  api_id                       = module.apigw.api_id
  api_stage                    = module.apigw.stage_name
  table_name                   = local.table_name
  pools                        = var.pools
  log_retention_days           = var.log_retention_days
  logs_kms_key_arn             = var.logs_kms_key_arn
  alarm_topic_arn              = var.alarm_topic_arn
  alarm_function_errors        = var.alarm_function_errors
  alarm_throttles              = var.alarm_throttles
  alarm_5xx                    = var.alarm_5xx
  alarm_p99_latency_ms         = var.alarm_p99_latency_ms
  alarm_empty_pool_minutes     = var.alarm_empty_pool_minutes
  alarm_overdue_leases_minutes = var.alarm_overdue_leases_minutes
  alarm_oldest_check_seconds   = var.alarm_oldest_check_seconds
  alarm_table_throttles        = var.alarm_table_throttles
  alarm_table_system_errors    = var.alarm_table_system_errors
}
