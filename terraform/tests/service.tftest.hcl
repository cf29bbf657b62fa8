# The real provider, offline: policy JSON and ARNs are then what AWS would get, not random words of a mock.
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

override_data {
  target = module.visitor[0].data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = data.aws_servicequotas_service_quota.concurrency
  values = { value = 1000 }
}

mock_provider "aws" {
  alias  = "applied"
  source = "./tests/applied"
}

variables {
  environment = "dev"
  package     = { path = "main.tf" } # any file will do: Terraform reads its digest and uploads nothing
}

run "names_everything_after_service_and_environment" {
  command = plan

  assert {
    condition     = output.function_name == "vm-pool-dev" && output.log_group_name == "/aws/lambda/vm-pool-dev" && output.access_log_group_name == "/aws/vendedlogs/apigateway/vm-pool-dev"
    error_message = "Names must carry service and environment, so that environments can share an account."
  }
}

run "passes_every_setting_to_the_function" {
  command = plan

  variables {
    lease_default_minutes = 30
    lease_max_minutes     = 60
    events_kept_days      = 7
    check_max_failures    = 5
    check_backoff_seconds = 0
    check_timeout_seconds = 20
    timeout_seconds       = 21
    mock_failing_vms      = ["vm-02", "vm-03"]

    authorization              = "jwt"
    jwt_issuer                 = "https://login.example.com"
    jwt_audiences              = ["vm-pool"]
    jwt_user_id                = "{email}"
    sign_in_client_id          = "vm-pool-people"
    sign_in_scopes             = "openid offline_access"
    jwt_required_claims        = ["repository_owner_id=1234"]
    jwt_operator_claim         = "groups"
    jwt_operator_values        = ["ops", "lab"]
    session_name_roles         = ["AWSReservedSSO_*", "Lab"]
    caller_requests_per_minute = 60
    metrics_token_parameter    = "/vm-pool/dev/metrics-token"
  }

  assert {
    condition = module.lambda.environment_variables == tomap({
      STORE                      = "memory"
      PROVIDER                   = "mock"
      AUTHORIZATION              = "jwt"
      OPERATOR_ARNS              = ""
      SESSION_NAME_ROLES         = "AWSReservedSSO_*,Lab"
      JWT_ISSUER                 = "https://login.example.com"
      JWT_AUDIENCES              = "vm-pool"
      SIGN_IN_CLIENT_ID          = "vm-pool-people"
      SIGN_IN_SCOPES             = "openid offline_access"
      JWT_USER_ID                = "{email}"
      JWT_REQUIRED_CLAIMS        = "repository_owner_id=1234"
      JWT_OPERATOR_CLAIM         = "groups"
      JWT_OPERATOR_VALUES        = "ops,lab"
      CALLER_REQUESTS_PER_MINUTE = "60"
      EVENTS_KEPT_DAYS           = "7"
      LEASE_DEFAULT_MINUTES      = "30"
      LEASE_MAX_MINUTES          = "60"
      CHECK_MAX_FAILURES         = "5"
      CHECK_BACKOFF_SECONDS      = "0"
      CHECK_TIMEOUT_SECONDS      = "20"
      MOCK_FAILING_VMS           = "vm-02,vm-03"
      METRICS_NAMESPACE          = "vm-pool-dev"
      METRICS_TOKEN              = "ssm:/vm-pool/dev/metrics-token"
    })
    error_message = "lambda/settings.ts declares exactly these settings: ${jsonencode(module.lambda.environment_variables)}"
  }

  assert {
    condition     = module.lambda.timeout_seconds == 21
    error_message = "timeout_seconds must reach the function."
  }
}

run "runs_one_process_while_leases_live_in_its_memory" {
  command = plan

  assert {
    condition     = module.lambda.reserved_concurrency == 1
    error_message = "With a second process two users could get the same VM."
  }

  assert {
    condition     = output.table_name == null && length(module.dynamodb) == 0
    error_message = "A service with leases in memory must not pay for a table."
  }
}

run "keeps_leases_in_a_table" {
  command = plan

  variables {
    pool_store = "dynamodb"
  }

  assert {
    condition     = output.table_name == "vm-pool-dev"
    error_message = "The table must carry service and environment: ${output.table_name}"
  }

  assert {
    condition     = module.lambda.environment_variables["STORE"] == "dynamodb" && module.lambda.environment_variables["TABLE_NAME"] == "vm-pool-dev"
    error_message = "The function must know its table: ${jsonencode(module.lambda.environment_variables)}"
  }

  assert {
    condition     = module.lambda.environment_variables["AWS_ENDPOINT_URL_DYNAMODB"] == "https://dynamodb.us-east-1.amazonaws.com"
    error_message = "The function must find DynamoDB in every partition: ${jsonencode(module.lambda.environment_variables)}"
  }

  assert {
    condition     = module.lambda.reserved_concurrency == -1
    error_message = "Any number of processes may lend from a table, so nothing may throttle callers."
  }

  assert {
    condition     = module.dynamodb[0].deletion_protection_enabled
    error_message = "A table must be protected by default."
  }

  assert {
    condition     = contains(module.cloudwatch.alarm_names, "vm-pool-dev-table-throttles")
    error_message = "The table must be watched."
  }
}

run "keeps_leases_in_the_table_that_was_restored_last" {
  command = plan

  variables {
    pool_store      = "dynamodb"
    restored_tables = ["vm-pool-dev-restored-20260131t080000z", "vm-pool-dev-restored-20260201t080000z"]
    max_concurrency = 0
  }

  assert {
    condition     = output.table_name == "vm-pool-dev-restored-20260201t080000z" && module.lambda.environment_variables["TABLE_NAME"] == output.table_name
    error_message = "The function must lend from the last table: ${jsonencode(module.lambda.environment_variables)}"
  }

  assert {
    condition = toset(module.iam.table_resources) == toset([for end in ["", "/index/by-user", "/index/vms", "/index/work"] :
      "arn:aws:dynamodb:us-east-1:123456789012:table/vm-pool-dev-restored-20260201t080000z${end}"
    ])
    error_message = "The role must reach the last table and no other: ${join(", ", module.iam.table_resources)}"
  }

  assert {
    condition     = length(module.dynamodb) == 1 && alltrue([for table in values(module.restored_table) : table.deletion_protection_enabled])
    error_message = "The first table must stay, and restored ones must be protected like it."
  }

  assert {
    condition     = module.lambda.reserved_concurrency == 0
    error_message = "max_concurrency = 0 must stop the function while its table changes."
  }
}

run "has_no_restored_table_with_leases_in_memory" {
  command = plan

  variables {
    restored_tables = ["vm-pool-dev-restored-20260131t080000z"]
  }

  assert {
    condition     = output.table_name == null && length(module.restored_table) == 0
    error_message = "A service with leases in memory must not pay for a table."
  }
}

run "refuses_restored_tables_that_deployers_may_not_touch" {
  command = plan

  variables {
    pool_store      = "dynamodb"
    restored_tables = ["vm-pool-prod-restored-20260131t080000z"]
  }

  expect_failures = [var.restored_tables]
}

run "refuses_a_restored_table_that_comes_twice" {
  command = plan

  variables {
    pool_store      = "dynamodb"
    restored_tables = ["vm-pool-dev-restored-1", "vm-pool-dev-restored-1"]
  }

  expect_failures = [var.restored_tables]
}

run "lets_the_role_use_that_table_and_its_indexes" {
  command = plan

  variables {
    pool_store = "dynamodb"
  }

  assert {
    condition = toset(module.iam.table_resources) == toset([
      "arn:aws:dynamodb:us-east-1:123456789012:table/vm-pool-dev",
      "arn:aws:dynamodb:us-east-1:123456789012:table/vm-pool-dev/index/by-user",
      "arn:aws:dynamodb:us-east-1:123456789012:table/vm-pool-dev/index/vms",
      "arn:aws:dynamodb:us-east-1:123456789012:table/vm-pool-dev/index/work",
    ])
    error_message = "The role must reach the table and its indexes, each by its name: ${join(", ", module.iam.table_resources)}"
  }
}

run "runs_any_number_of_processes_when_asked_to" {
  command = plan

  variables {
    single_process = false
  }

  assert {
    condition     = module.lambda.reserved_concurrency == -1
    error_message = "single_process = false must reserve nothing."
  }
}

run "runs_one_process_with_leases_in_memory_whatever_the_cap" {
  command = plan

  variables {
    max_concurrency = 50
  }

  assert {
    condition     = module.lambda.reserved_concurrency == 1
    error_message = "With a second process two users could get the same VM."
  }
}

run "caps_what_a_function_with_a_table_can_cost" {
  command = plan

  variables {
    pool_store              = "dynamodb"
    max_concurrency         = 50
    table_max_request_units = { read = 400, write = 200 }
    alarm_emails            = ["on-call@example.com"]
    budget                  = { monthly_usd = 20 }
  }

  assert {
    condition     = module.lambda.reserved_concurrency == 50
    error_message = "max_concurrency must reach the function."
  }

  assert {
    condition     = module.dynamodb[0].max_request_units == { read = 400, write = 200 }
    error_message = "table_max_request_units must reach the table."
  }

  assert {
    condition     = module.budget[0].monthly_usd == "20"
    error_message = "budget must make a budget."
  }
}

run "makes_no_budget_unless_asked_to" {
  command = plan

  assert {
    condition     = length(module.budget) == 0
    error_message = "A budget must be asked for."
  }
}

run "lets_the_role_use_the_key_of_its_table" {
  command = plan

  variables {
    pool_store        = "dynamodb"
    table_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
  }

  assert {
    condition     = module.iam.key_resources == toset(["arn:aws:kms:us-east-1:123456789012:key/1234abcd"])
    error_message = "Without a grant on the key every call to the table is denied: ${jsonencode(module.iam.key_resources)}"
  }
}

run "puts_both_roles_under_the_path_and_the_boundary" {
  command = plan

  variables {
    role = { path = "/services/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition = [module.iam.role, module.scheduler.role] == [for name in ["vm-pool-dev-us-east-1", "vm-pool-dev-tick-us-east-1"] : {
      name                 = name
      path                 = "/services/"
      permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    }]
    error_message = "An account may refuse a role elsewhere or without a boundary: ${jsonencode([module.iam.role, module.scheduler.role])}"
  }
}

run "refuses_prod_without_anybody_to_tell" {
  command = plan

  variables {
    environment = "prod"
  }

  expect_failures = [var.alarm_emails]
}

# test/e2e compares the routes with the function's own list, one by one.
run "opens_the_calls_of_borrowers_and_guards_those_of_operators_without_authorization" {
  command = plan

  assert {
    condition     = length(module.apigw.route_authorizations) == 1 + length(flatten([for operations in jsondecode(file("../lambda/openapi.json")).paths : keys(operations)]))
    error_message = "Each call of the contract must have a route, and the rest of the requests one: ${jsonencode(module.apigw.route_authorizations)}"
  }

  assert {
    condition     = alltrue([for key in ["$default", "GET /", "GET /ca.pub", "GET /health", "GET /lease", "GET /openapi.json", "GET /pool", "GET /sign-in", "POST /getvm", "POST /releasevm", "POST /renewvm"] : module.apigw.route_authorizations[key] == "NONE"])
    error_message = "Borrowers must not have to sign: ${jsonencode(module.apigw.route_authorizations)}"
  }

  assert {
    condition     = alltrue([for key, authorization in module.apigw.route_authorizations : authorization == "AWS_IAM" if can(regex(" /(vms|events|metrics)", key))]) && length([for key in keys(module.apigw.route_authorizations) : key if can(regex(" /(vms|events|metrics)", key))]) >= 7
    error_message = "Everybody could give an operator's orders: ${jsonencode(module.apigw.route_authorizations)}"
  }
}

run "has_all_callers_sign_with_iam_but_for_health_and_contract" {
  command = plan

  variables {
    authorization        = "iam"
    operator_arns        = ["arn:aws:iam::123456789012:user/olivia", "arn:aws:iam::123456789012:user/ops-*"]
    cors_allowed_origins = ["https://lab.example.com"]
  }

  assert {
    condition     = module.lambda.environment_variables.OPERATOR_ARNS == "arn:aws:iam::123456789012:user/olivia,arn:aws:iam::123456789012:user/ops-*"
    error_message = "The function must know the operators: ${jsonencode(module.lambda.environment_variables)}"
  }

  assert {
    condition     = toset([for key, authorization in module.apigw.route_authorizations : key if authorization == "NONE"]) == toset(["$default", "GET /", "GET /ca.pub", "GET /health", "GET /openapi.json", "GET /sign-in"])
    error_message = "Only these may be open: ${jsonencode(module.apigw.route_authorizations)}"
  }

  assert {
    condition     = toset(values(module.apigw.route_authorizations)) == toset(["NONE", "AWS_IAM"])
    error_message = "All other calls must be signed: ${jsonencode(module.apigw.route_authorizations)}"
  }
}

run "has_all_callers_send_a_token_with_jwt_but_for_health_and_contract" {
  command = plan

  variables {
    authorization = "jwt"
    jwt_issuer    = "https://login.example.com/tenant"
    jwt_audiences = ["vm-pool"]
  }

  assert {
    condition     = toset([for key, authorization in module.apigw.route_authorizations : key if authorization == "NONE"]) == toset(["$default", "GET /", "GET /ca.pub", "GET /health", "GET /openapi.json", "GET /sign-in"])
    error_message = "Only these may be open: ${jsonencode(module.apigw.route_authorizations)}"
  }

  assert {
    condition     = toset(values(module.apigw.route_authorizations)) == toset(["NONE", "JWT"])
    error_message = "All other calls must have a token: ${jsonencode(module.apigw.route_authorizations)}"
  }

  assert {
    condition     = length(output.borrower_invoke_arns) + length(output.operator_invoke_arns) == 0
    error_message = "With tokens nobody needs an IAM policy."
  }
}

run "leaves_the_metrics_to_their_token_without_authorization" {
  command = plan

  variables {
    metrics_token_parameter = "/vm-pool/dev/metrics-token"
  }

  assert {
    condition     = module.apigw.route_authorizations["GET /metrics"] == "NONE" && module.apigw.route_authorizations["GET /vms"] == "AWS_IAM"
    error_message = "The token must open the metrics and nothing else: ${jsonencode(module.apigw.route_authorizations)}"
  }

  assert {
    condition     = module.iam.metrics_token_resources == toset(["arn:aws:ssm:us-east-1:123456789012:parameter/vm-pool/dev/metrics-token"])
    error_message = "The function must be able to read the token: ${jsonencode(module.iam.metrics_token_resources)}"
  }
}

run "leaves_the_metrics_to_their_token_with_iam" {
  command = plan

  variables {
    authorization             = "iam"
    metrics_token_parameter   = "metrics-token"
    metrics_token_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
  }

  assert {
    condition     = toset([for key, authorization in module.apigw.route_authorizations : key if authorization == "NONE"]) == toset(["$default", "GET /", "GET /ca.pub", "GET /health", "GET /metrics", "GET /openapi.json", "GET /sign-in"])
    error_message = "The token must open the metrics and nothing else: ${jsonencode(module.apigw.route_authorizations)}"
  }

  assert {
    condition     = module.iam.metrics_token_resources == toset(["arn:aws:ssm:us-east-1:123456789012:parameter/metrics-token", "arn:aws:kms:us-east-1:123456789012:key/1234abcd"])
    error_message = "The function must be able to read and decrypt the token: ${jsonencode(module.iam.metrics_token_resources)}"
  }
}

run "leaves_the_metrics_to_their_token_with_jwt" {
  command = plan

  variables {
    authorization           = "jwt"
    jwt_issuer              = "https://login.example.com/tenant"
    jwt_audiences           = ["vm-pool"]
    metrics_token_parameter = "/vm-pool/dev/metrics-token"
  }

  assert {
    condition     = toset([for key, authorization in module.apigw.route_authorizations : key if authorization == "NONE"]) == toset(["$default", "GET /", "GET /ca.pub", "GET /health", "GET /metrics", "GET /openapi.json", "GET /sign-in"])
    error_message = "The token must open the metrics and nothing else: ${jsonencode(module.apigw.route_authorizations)}"
  }
}

run "asks_for_no_token_of_the_metrics_by_default" {
  command = plan

  assert {
    condition     = length(module.iam.metrics_token_resources) == 0 && !contains(keys(module.lambda.environment_variables), "METRICS_TOKEN")
    error_message = "Without a token the function must read no parameter: ${jsonencode(module.iam.metrics_token_resources)}"
  }
}

run "refuses_the_token_itself_in_place_of_its_parameter" {
  command = plan

  variables {
    metrics_token_parameter = "c2VjcmV0LXRva2Vu+/=="
  }

  expect_failures = [var.metrics_token_parameter]
}

run "refuses_a_key_of_no_token" {
  command = plan

  variables {
    metrics_token_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
  }

  expect_failures = [var.metrics_token_kms_key_arn]
}

run "names_the_calls_that_policies_must_allow" {
  providers = { aws = aws.applied }
  state_key = "applied"

  variables {
    pool_store    = "dynamodb"
    authorization = "iam"
  }

  assert {
    condition = output.borrower_invoke_arns == toset([
      for call in ["GET/lease", "GET/pool", "POST/connectvm", "POST/getvm", "POST/releasevm", "POST/renewvm"] :
      "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/resources/${call}"
    ])
    error_message = "A borrower's policy must name the borrowers' calls and no others: ${join(", ", output.borrower_invoke_arns)}"
  }

  assert {
    condition = output.operator_invoke_arns == toset([
      for call in concat(["GET/events", "GET/metrics", "GET/vms"], [for order in ["drain", "quarantine", "release", "return"] : "POST/vms/*/${order}"]) :
      "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/resources/${call}"
    ])
    error_message = "An operator's policy must name the operators' calls and no others: ${join(", ", output.operator_invoke_arns)}"
  }
}

run "names_only_the_calls_of_operators_without_authorization" {
  providers = { aws = aws.applied }
  state_key = "applied"

  variables {
    pool_store = "dynamodb"
  }

  assert {
    condition     = length(output.borrower_invoke_arns) == 0 && length(output.operator_invoke_arns) == 7
    error_message = "Operators sign in this mode too, borrowers do not: ${jsonencode([output.borrower_invoke_arns, output.operator_invoke_arns])}"
  }
}

run "invokes_the_function_by_its_alias" {
  providers = { aws = aws.applied }
  state_key = "applied"

  variables {
    pool_store = "dynamodb"
  }

  assert {
    condition     = output.function_alias == "live"
    error_message = "Whoever moves the alias back needs its name: ${output.function_alias}"
  }

  assert {
    condition     = output.function_version == "7"
    error_message = "Whoever moves the alias back must know which version is the new one: ${output.function_version}"
  }
}

run "refuses_tokens_of_no_issuer_for_no_audience" {
  command = plan

  variables {
    authorization = "jwt"
  }

  expect_failures = [var.jwt_issuer, var.jwt_audiences]
}

run "refuses_a_sign_in_that_would_have_no_effect" {
  command = plan

  variables {
    sign_in_client_id = "vm-pool-people"
  }

  expect_failures = [var.sign_in_client_id]
}

run "refuses_a_sign_in_that_no_issuer_takes" {
  command = plan

  variables {
    authorization     = "jwt"
    jwt_issuer        = "https://login.example.com"
    jwt_audiences     = ["vm-pool"]
    sign_in_client_id = "vm pool"
    sign_in_scopes    = "openid  email"
  }

  expect_failures = [var.sign_in_client_id, var.sign_in_scopes]
}

run "refuses_an_issuer_whose_tokens_nobody_would_check" {
  command = plan

  variables {
    authorization = "iam"
    jwt_issuer    = "https://login.example.com"
    jwt_audiences = ["vm-pool"]
  }

  expect_failures = [var.jwt_issuer, var.jwt_audiences]
}

run "refuses_operators_whom_nobody_would_look_for" {
  command = plan

  variables {
    operator_arns       = ["arn:aws:iam::123456789012:user/olivia"]
    jwt_operator_claim  = "groups"
    jwt_operator_values = ["ops"]
  }

  expect_failures = [var.operator_arns, var.jwt_operator_claim]
}

run "refuses_an_issuer_with_a_user" {
  command = plan

  variables {
    authorization = "jwt"
    jwt_issuer    = "https://user:secret@login.example.com"
    jwt_audiences = ["vm-pool"]
  }

  expect_failures = [var.jwt_issuer]
}

run "refuses_an_issuer_without_tls" {
  command = plan

  variables {
    authorization = "jwt"
    jwt_issuer    = "http://login.example.com"
    jwt_audiences = ["vm-pool"]
  }

  expect_failures = [var.jwt_issuer]
}

run "refuses_an_issuer_or_audience_with_a_space_behind_it" {
  command = plan

  variables {
    authorization = "jwt"
    jwt_issuer    = "https://login.example.com "
    jwt_audiences = ["vm-pool "]
  }

  expect_failures = [var.jwt_issuer, var.jwt_audiences]
}

run "refuses_the_issuer_that_gives_tokens_to_all_of_github" {
  command = plan

  variables {
    authorization = "jwt"
    jwt_issuer    = "https://token.actions.githubusercontent.com"
    jwt_audiences = ["vm-pool"]
  }

  expect_failures = [var.jwt_issuer]
}

run "takes_the_issuer_of_one_enterprise_on_github" {
  command = plan

  variables {
    authorization = "jwt"
    jwt_issuer    = "https://token.actions.githubusercontent.com/octo-enterprise"
    jwt_audiences = ["vm-pool"]
    jwt_user_id   = "{repository}@{run_id}"
  }

  assert {
    condition     = module.apigw.route_authorizations["POST /getvm"] == "JWT"
    error_message = "Workflows of the enterprise must get VMs: ${jsonencode(module.apigw.route_authorizations)}"
  }
}

run "takes_all_of_github_with_a_required_claim" {
  command = plan

  variables {
    authorization       = "jwt"
    jwt_issuer          = "https://token.actions.githubusercontent.com"
    jwt_audiences       = ["vm-pool"]
    jwt_required_claims = ["repository_owner_id=1234"]
  }

  assert {
    condition     = module.lambda.environment_variables["JWT_REQUIRED_CLAIMS"] == "repository_owner_id=1234"
    error_message = "The function must get the required claims, or anybody on GitHub could borrow."
  }
}

run "takes_all_of_github_only_when_told_to" {
  command = plan

  variables {
    authorization    = "jwt"
    accept_anonymous = true
    jwt_issuer       = "https://token.actions.githubusercontent.com"
    jwt_audiences    = ["vm-pool"]
  }

  assert {
    condition     = module.apigw.route_authorizations["POST /getvm"] == "JWT"
    error_message = "accept_anonymous must allow it: ${jsonencode(module.apigw.route_authorizations)}"
  }
}

run "refuses_malformed_settings_of_authorization" {
  command = plan

  variables {
    authorization              = "cognito" # which also keeps Terraform from checking operator_arns
    session_name_roles         = ["role/Lab"]
    jwt_user_id                = "{sub}{email}"
    jwt_operator_values        = ["ops team"] # which also keeps Terraform from checking jwt_operator_claim
    caller_requests_per_minute = 0
  }

  expect_failures = [
    var.authorization,
    var.session_name_roles,
    var.jwt_user_id,
    var.jwt_operator_values,
    var.caller_requests_per_minute,
  ]
}

run "refuses_operators_who_are_no_arns" {
  command = plan

  variables {
    authorization = "iam"
    operator_arns = ["olivia"]
  }

  expect_failures = [var.operator_arns]
}

run "refuses_operators_by_the_values_of_no_claim" {
  command = plan

  variables {
    jwt_operator_values = ["ops"]
  }

  expect_failures = [var.jwt_operator_claim]
}

run "gives_out_the_friendly_name" {
  command = plan

  variables {
    domain_name     = "vms.example.com"
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd"
    hosted_zone_id  = "Z0123456789"
  }

  assert {
    condition     = output.api_url == "https://vms.example.com" && output.getvm_url == "https://vms.example.com/getvm" && output.releasevm_url == "https://vms.example.com/releasevm"
    error_message = "With a custom domain the URLs must be the friendly ones, without the stage."
  }
}

run "takes_any_short_word_for_the_environment" {
  command = plan

  variables {
    environment = "team-7"
  }

  assert {
    condition     = output.function_name == "vm-pool-team-7"
    error_message = "A caller must be free to name environments: ${output.function_name}"
  }
}

run "takes_the_package_from_s3" {
  command = plan

  variables {
    package = { s3_bucket = "releases", s3_key = "vm-pool/lambda.zip" }
  }

  assert {
    condition     = local.package.path == null && local.package.s3_bucket == "releases"
    error_message = "With a package in S3 no local file may be used: ${jsonencode(local.package)}"
  }
}

run "says_what_to_do_when_the_account_cannot_reserve_concurrency" {
  command = plan

  override_data {
    target = data.aws_servicequotas_service_quota.concurrency
    values = { value = 10 }
  }

  expect_failures = [data.aws_servicequotas_service_quota.concurrency]
}

run "asks_for_the_quota_only_when_it_reserves_concurrency" {
  command = plan

  variables {
    pool_store = "dynamodb"
  }

  assert {
    condition     = length(data.aws_servicequotas_service_quota.concurrency) == 0
    error_message = "A service with a table reserves nothing, so the quota must not matter."
  }
}

run "refuses_a_malformed_name_or_store" {
  command = plan

  variables {
    name       = "VM Pool"
    pool_store = "redis"
  }

  expect_failures = [var.name, var.pool_store]
}

run "refuses_a_malformed_environment" {
  command = plan

  variables {
    environment = "Test"
  }

  expect_failures = [var.environment]
}

run "refuses_names_that_leave_no_room_for_the_region" {
  command = plan

  variables {
    name        = "a-service-with-a-name-of-32-char"
    environment = "pre-production"
  }

  expect_failures = [var.environment]
}

run "refuses_a_default_lease_longer_than_the_longest" {
  command = plan

  variables {
    lease_default_minutes = 61
    lease_max_minutes     = 60
  }

  expect_failures = [var.lease_default_minutes]
}

run "refuses_checks_that_may_take_the_whole_tick" {
  command = plan

  variables {
    check_timeout_seconds = 10
    timeout_seconds       = 10
  }

  expect_failures = [var.timeout_seconds]
}

run "refuses_settings_out_of_range" {
  command = plan

  variables {
    events_kept_days      = 3651
    lease_max_minutes     = 525601
    check_max_failures    = 101
    check_backoff_seconds = 3601
    check_timeout_seconds = 21
    mock_failing_vms      = ["vm-01,vm-02"]
  }

  expect_failures = [
    var.events_kept_days,
    var.lease_max_minutes,
    var.check_max_failures,
    var.check_backoff_seconds,
    var.check_timeout_seconds,
    var.mock_failing_vms,
  ]
}
