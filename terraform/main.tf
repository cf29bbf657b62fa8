# Wiring only. Names are made once, here, and passed down, so that no module needs to look one up:
# log groups (logs) and table (dynamodb) -> role (iam) -> function (lambda) -> API (apigw) and tick (scheduler) ->
# dashboard and alarms (cloudwatch). real-vms.tf adds what only VMs that exist need.
locals {
  name = "${var.name}-${var.environment}"

  # Beside this module, so that it is found from every root that calls the module.
  built_package = "${path.module}/../dist/lambda.zip"
  package       = var.package.path == null && var.package.s3_bucket == null ? merge(var.package, { path = local.built_package }) : var.package

  # The calls of the function and whom each is for, generated from its code. The `security` of a call is empty when it is for
  # everybody, and has an empty entry when it is open without authorization. Requests to other paths and methods reach the function
  # as `$default`.
  contract = jsondecode(file("${path.module}/../lambda/openapi.json"))
  audiences = merge([
    for path, operations in local.contract.paths : {
      for method, operation in operations :
      "${upper(method)} ${path}" => length(operation.security) == 0 ? "everybody" : contains([for scheme in operation.security : length(scheme)], 0) ? "borrowers" : "operators" if contains(["get", "post", "put", "patch", "delete"], method)
    }
  ]...)

  # The calls that a token of their own opens where there is one. The function checks it, so API Gateway must let everybody through.
  opened_by_token = var.metrics_token_parameter == null ? [] : flatten([
    for path, operations in local.contract.paths : [
      for method, operation in operations :
      "${upper(method)} ${path}" if anytrue([for scheme in operation.security : contains(keys(scheme), "metricsToken")])
    ]
  ])

  # How API Gateway guards a call.
  authorizations = {
    none = { everybody = "NONE", borrowers = "NONE", operators = "AWS_IAM" }
    iam  = { everybody = "NONE", borrowers = "AWS_IAM", operators = "AWS_IAM" }
    jwt  = { everybody = "NONE", borrowers = "JWT", operators = "JWT" }
  }[var.authorization]

  restored_tables = var.pool_store == "dynamodb" ? var.restored_tables : []

  # Where leases live; null without a table. Of restored tables, the last.
  table = var.pool_store != "dynamodb" ? null : reverse(concat(module.dynamodb[*].table, [for name in local.restored_tables : module.restored_table[name].table]))[0]

  # Leases in memory live in one process, so only one may run.
  max_concurrency = var.pool_store == "memory" && var.single_process ? 1 : var.max_concurrency
}

module "logs" {
  source = "./modules/logs"

  name           = local.name
  retention_days = var.log_retention_days
  kms_key_arn    = var.logs_kms_key_arn
}

module "dynamodb" {
  source = "./modules/dynamodb"
  count  = var.pool_store == "dynamodb" ? 1 : 0

  name                        = local.name
  kms_key_arn                 = var.table_kms_key_arn
  deletion_protection_enabled = var.table_deletion_protection
  max_request_units           = var.table_max_request_units
}

# Tables that scripts/restore-table made, with all that Terraform sets for the first one. They begin with an `import` block in the
# environment (RUNBOOK.md, "Restore the table"). The first table stays, as the evidence of what went wrong.
module "restored_table" {
  source   = "./modules/dynamodb"
  for_each = toset(local.restored_tables)

  name                        = each.key
  kms_key_arn                 = var.table_kms_key_arn
  deletion_protection_enabled = var.table_deletion_protection
  max_request_units           = var.table_max_request_units
}

module "iam" {
  source = "./modules/iam"

  name            = local.name
  role            = var.role
  log_group_name  = module.logs.function_group_name
  tracing_enabled = var.tracing_enabled
  table           = local.table
  metrics_token   = var.metrics_token_parameter == null ? null : { parameter = var.metrics_token_parameter, kms_key_arn = var.metrics_token_kms_key_arn }

  real_vms = !local.has_real_vms ? null : {
    inventory                = module.inventory[0].object
    visitor_name             = module.visitor[0].function_name
    signing_key_arns         = flatten(module.certificate_authority[*].key_arns)
    stored_keys              = local.stored_keys
    stored_keys_kms_key_arns = var.stored_keys_kms_key_arns
  }

  ec2 = var.vm_provider != "ec2" ? null : {
    tags         = { pool = var.ec2_tags.pool, user = var.ec2_tags.user }
    kms_key_arns = var.ec2_kms_key_arns
    pools = { for name, pool in local.ec2_pools : name => {
      access           = try(pool.access, "")
      reset            = try(pool.reset, "")
      username         = try(pool.ec2.username, "")
      learns_host_keys = try(pool.ec2.hostKeys, "console") == "console"
      stops            = contains(local.pools_that_stop_vms, name)
    } }
  }
}

module "lambda" {
  source = "./modules/lambda"

  name                 = local.name
  role_arn             = module.iam.role_arn
  package              = local.package
  runtime              = var.runtime
  log_group_name       = module.logs.function_group_name
  timeout_seconds      = var.timeout_seconds
  tracing_enabled      = var.tracing_enabled
  reserved_concurrency = local.max_concurrency

  environment_variables = {
    STORE                      = var.pool_store
    PROVIDER                   = var.vm_provider
    AUTHORIZATION              = var.authorization
    OPERATOR_ARNS              = join(",", var.operator_arns)
    SESSION_NAME_ROLES         = join(",", var.session_name_roles)
    JWT_ISSUER                 = var.jwt_issuer
    JWT_AUDIENCES              = join(",", var.jwt_audiences)
    SIGN_IN_CLIENT_ID          = var.sign_in_client_id
    SIGN_IN_SCOPES             = var.sign_in_scopes
    JWT_USER_ID                = var.jwt_user_id
    JWT_REQUIRED_CLAIMS        = join(",", var.jwt_required_claims)
    JWT_OPERATOR_CLAIM         = var.jwt_operator_claim
    JWT_OPERATOR_VALUES        = join(",", var.jwt_operator_values)
    CALLER_REQUESTS_PER_MINUTE = var.caller_requests_per_minute
    TABLE_NAME                 = one(local.table[*].name)
    AWS_ENDPOINT_URL_DYNAMODB  = one(local.table[*].endpoint_url)
    EVENTS_KEPT_DAYS           = var.events_kept_days
    LEASE_DEFAULT_MINUTES      = var.lease_default_minutes
    LEASE_MAX_MINUTES          = var.lease_max_minutes
    CHECK_MAX_FAILURES         = var.check_max_failures
    CHECK_BACKOFF_SECONDS      = var.check_backoff_seconds
    CHECK_TIMEOUT_SECONDS      = var.check_timeout_seconds
    MOCK_FAILING_VMS           = join(",", var.mock_failing_vms)
    METRICS_NAMESPACE          = local.name
    METRICS_TOKEN              = var.metrics_token_parameter == null ? null : "ssm:${var.metrics_token_parameter}"

    INVENTORY                         = one(module.inventory[*].url)
    CONFIRMED_INVENTORY               = local.has_real_vms ? var.confirmed_inventory : null
    CERTIFICATE_AUTHORITY             = one(module.certificate_authority[*].signing_key_arn)
    CERTIFICATE_AUTHORITY_PUBLIC_KEYS = local.needs_certificates ? join(",", module.certificate_authority[0].public_keys) : null
    VISITOR_FUNCTION                  = one(module.visitor[*].version_arn)

    EC2_POOL_TAG = var.vm_provider == "ec2" ? var.ec2_tags.pool : null
    EC2_PORT_TAG = var.vm_provider == "ec2" ? var.ec2_tags.port : null
    EC2_USER_TAG = var.vm_provider == "ec2" ? var.ec2_tags.user : null
  }
}

module "apigw" {
  source = "./modules/apigw"

  name                          = local.name
  function                      = { name = module.lambda.function_name, alias = module.lambda.alias.name, invoke_arn = module.lambda.alias.invoke_arn }
  routes                        = { for call, audience in local.audiences : call => contains(local.opened_by_token, call) ? "NONE" : local.authorizations[audience] }
  jwt                           = var.authorization == "jwt" ? { issuer = var.jwt_issuer, audiences = var.jwt_audiences } : null
  access_log_group_arn          = module.logs.access_group_arn
  throttling_rate_per_second    = var.throttling_rate_per_second
  throttling_burst              = var.throttling_burst
  cors_allowed_origins          = var.cors_allowed_origins
  domain_name                   = var.domain_name
  certificate_arn               = var.certificate_arn
  hosted_zone_id                = var.hosted_zone_id
  execute_api_endpoint_enabled  = var.execute_api_endpoint_enabled
  mutual_tls_truststore_uri     = var.mutual_tls_truststore_uri
  mutual_tls_truststore_version = var.mutual_tls_truststore_version
}

module "scheduler" {
  source = "./modules/scheduler"

  name         = local.name
  role         = var.role
  function_arn = module.lambda.alias.arn
}

module "cloudwatch" {
  source = "./modules/cloudwatch"

  name                    = local.name
  metrics_namespace       = local.name
  function_name           = module.lambda.function_name
  function_log_group_name = module.logs.function_group_name
  access_log_group_name   = module.logs.access_group_name
  api                     = { id = module.apigw.api_id, stage = module.apigw.stage_name }
  table                   = local.table
  pools                   = coalesce(var.pools, local.has_real_vms ? keys(local.pools) : ["default"])
  pools_that_stop_vms     = local.pools_that_stop_vms
  visitor                 = one(module.visitor[*].watched)
  alarm_emails            = var.alarm_emails
  alarm_topic_arn         = var.alarm_topic_arn
  alarms                  = var.alarms
  runbook_url             = var.runbook_url
  budget_name             = var.budget == null ? null : local.name
}

module "budget" {
  source = "./modules/budget"
  count  = var.budget == null ? 0 : 1

  name        = local.name
  monthly_usd = var.budget.monthly_usd
  tag         = var.budget.tag
  emails      = var.alarm_emails
}
