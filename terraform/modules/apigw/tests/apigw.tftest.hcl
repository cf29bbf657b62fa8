# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# Only for what AWS decides, such as the id in an API's ARN.
mock_provider "aws" {
  alias = "applied"

  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      id            = "abcdefghij"
      execution_arn = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij"
    }
  }

  mock_resource "aws_apigatewayv2_stage" {
    defaults = { invoke_url = "https://abcdefghij.execute-api.us-east-1.amazonaws.com/resources" }
  }

  mock_resource "aws_apigatewayv2_domain_name" {
    defaults = {
      domain_name_configuration = {
        target_domain_name = "d-abcdefghij.execute-api.us-east-1.amazonaws.com"
        hosted_zone_id     = "Z1UJRXOUMOOFQ8"
      }
    }
  }

  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
}

variables {
  name                       = "vm-pool-dev"
  access_log_group_arn       = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/apigateway/vm-pool-dev"
  throttling_rate_per_second = 20
  throttling_burst           = 40

  function = {
    name       = "vm-pool-dev"
    alias      = "live"
    invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev:live/invocations"
  }

  routes = {
    "GET /pool"            = "NONE"
    "GET /vms"             = "AWS_IAM"
    "POST /getvm"          = "NONE"
    "POST /vms/{id}/drain" = "AWS_IAM"
  }
}

run "offers_the_calls_and_nothing_that_was_not_asked_for" {
  command = plan

  assert {
    condition = { for route in aws_apigatewayv2_route.this : route.route_key => route.authorization_type } == {
      "$default"             = "NONE"
      "GET /pool"            = "NONE"
      "GET /vms"             = "AWS_IAM"
      "POST /getvm"          = "NONE"
      "POST /vms/{id}/drain" = "AWS_IAM"
    }
    error_message = "The API must have exactly the given routes and $default, and operators must sign: ${jsonencode(output.route_authorizations)}"
  }

  assert {
    condition     = aws_apigatewayv2_integration.function.integration_type == "AWS_PROXY" && aws_apigatewayv2_integration.function.payload_format_version == "2.0"
    error_message = "The function reads events of payload format 2.0."
  }

  assert {
    condition     = aws_apigatewayv2_integration.function.integration_uri == var.function.invoke_arn
    error_message = "The API must invoke the alias: ${aws_apigatewayv2_integration.function.integration_uri}"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.name == "resources" && aws_apigatewayv2_stage.this.auto_deploy
    error_message = "The contract's paths begin with /resources, and a change must go live by itself."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 20 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 40
    error_message = "The throttling must reach the stage."
  }

  assert {
    condition     = alltrue([for field in ["requestId", "ip", "userArn", "tokenSubject", "routeKey", "status", "latencyMs", "gatewayError", "lambdaStatus", "lambdaRequestId", "functionStatus"] : contains(keys(jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format)), field)])
    error_message = "A field that operators search by is missing: ${aws_apigatewayv2_stage.this.access_log_settings[0].format}"
  }

  assert {
    condition     = [for field in values(jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format)) : field if strcontains(field, "claims")] == ["$context.authorizer.claims.sub"]
    error_message = "Of a token only the subject belongs in the log: ${aws_apigatewayv2_stage.this.access_log_settings[0].format}"
  }

  assert {
    condition     = !can(regex("path|queryString", aws_apigatewayv2_stage.this.access_log_settings[0].format))
    error_message = "Paths and query strings may carry user ids."
  }

  assert {
    condition     = !can(regex("(?i)message|integration\\.error", aws_apigatewayv2_stage.this.access_log_settings[0].format))
    error_message = "A message may hold quotes, which API Gateway does not escape: the line would no longer be JSON."
  }

  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "CORS must be off unless an origin is named."
  }

  assert {
    condition     = length(aws_apigatewayv2_authorizer.jwt) == 0
    error_message = "No route asks for a token."
  }

  assert {
    condition     = length(aws_apigatewayv2_domain_name.this) + length(aws_apigatewayv2_api_mapping.this) + length(aws_route53_record.this) == 0
    error_message = "Nothing of a custom domain may exist without one."
  }
}

run "lets_only_its_own_stage_invoke_the_function" {
  providers = { aws = aws.applied }
  state_key = "applied"

  assert {
    condition     = aws_lambda_permission.api.source_arn == "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/resources/*"
    error_message = "The permission reaches beyond this API's stage: ${aws_lambda_permission.api.source_arn}"
  }

  assert {
    condition     = aws_lambda_permission.api.principal == "apigateway.amazonaws.com" && aws_lambda_permission.api.action == "lambda:InvokeFunction"
    error_message = "Only API Gateway may invoke, and it may only invoke."
  }

  assert {
    condition     = aws_lambda_permission.api.function_name == "vm-pool-dev" && aws_lambda_permission.api.qualifier == "live"
    error_message = "The permission must be for the alias: Lambda checks that of the ARN that the API invokes."
  }

  assert {
    condition = output.invoke_arns == {
      "GET /vms"             = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/resources/GET/vms"
      "POST /vms/{id}/drain" = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/resources/POST/vms/*/drain"
    }
    error_message = "A policy must name the calls that are signed, and no others: ${jsonencode(output.invoke_arns)}"
  }

  assert {
    condition     = output.url == "https://abcdefghij.execute-api.us-east-1.amazonaws.com/resources"
    error_message = "Without a custom domain the URL ends in the stage: ${output.url}"
  }
}

run "asks_for_a_token_of_the_issuer" {
  providers = { aws = aws.applied }
  state_key = "jwt"

  variables {
    jwt = { issuer = "https://login.example.com/tenant", audiences = ["vm-pool", "vm-pool-cli"] }

    routes = {
      "GET /health" = "NONE"
      "GET /vms"    = "JWT"
      "POST /getvm" = "JWT"
    }
  }

  assert {
    condition = (
      aws_apigatewayv2_authorizer.jwt[0].authorizer_type == "JWT" &&
      aws_apigatewayv2_authorizer.jwt[0].identity_sources == toset(["$request.header.Authorization"]) &&
      aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].issuer == "https://login.example.com/tenant" &&
      aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].audience == toset(["vm-pool", "vm-pool-cli"])
    )
    error_message = "API Gateway must take the token of the header, from this issuer, for these audiences: ${jsonencode(aws_apigatewayv2_authorizer.jwt)}"
  }

  assert {
    condition = { for key, route in aws_apigatewayv2_route.this : key => [route.authorization_type, coalesce(route.authorizer_id, "none")] } == {
      "$default"    = ["NONE", "none"]
      "GET /health" = ["NONE", "none"]
      "GET /vms"    = ["JWT", aws_apigatewayv2_authorizer.jwt[0].id]
      "POST /getvm" = ["JWT", aws_apigatewayv2_authorizer.jwt[0].id]
    }
    error_message = "Exactly the routes with JWT must use the authorizer: ${jsonencode(output.route_authorizations)}"
  }

  assert {
    condition     = output.invoke_arns == {}
    error_message = "With tokens nobody needs an IAM policy: ${jsonencode(output.invoke_arns)}"
  }
}

run "refuses_routes_with_tokens_of_nobody" {
  command = plan

  variables {
    routes = { "GET /vms" = "JWT" }
  }

  expect_failures = [var.jwt]
}

run "refuses_an_issuer_without_routes" {
  command = plan

  variables {
    jwt = { issuer = "https://login.example.com", audiences = ["vm-pool"] }
  }

  expect_failures = [var.jwt]
}

run "refuses_to_invoke_the_function_beside_its_alias" {
  command = plan

  variables {
    function = {
      name       = "vm-pool-dev"
      alias      = "live"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev/invocations"
    }
  }

  expect_failures = [var.function]
}

run "lets_the_named_origins_in" {
  command = plan

  variables {
    cors_allowed_origins = ["https://lab.example.com", "http://localhost:5173"]
  }

  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_origins == toset(["https://lab.example.com", "http://localhost:5173"])
    error_message = "Exactly the named origins must be allowed."
  }

  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_methods == toset(["GET", "POST"])
    error_message = "The methods of the routes must be allowed."
  }

  assert {
    condition     = setintersection(aws_apigatewayv2_api.this.cors_configuration[0].allow_headers, ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]) == toset(["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"])
    error_message = "A page must be able to sign its calls."
  }

  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_credentials != true
    error_message = "Browsers must not send cookies along."
  }
}

run "answers_under_a_friendly_name" {
  providers = { aws = aws.applied }
  state_key = "applied"

  variables {
    domain_name                  = "vms.example.com"
    certificate_arn              = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd"
    hosted_zone_id               = "Z0123456789"
    execute_api_endpoint_enabled = false
  }

  assert {
    condition     = output.url == "https://vms.example.com"
    error_message = "Behind a custom domain the stage is not in the path: ${output.url}"
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].security_policy == "TLS_1_2"
    error_message = "Nothing older than TLS 1.2."
  }

  assert {
    condition     = toset([for record in aws_route53_record.this : "${record.type} ${record.name} ${record.zone_id}"]) == toset(["A vms.example.com Z0123456789", "AAAA vms.example.com Z0123456789"])
    error_message = "The zone must get an A and an AAAA record."
  }

  assert {
    condition     = length(aws_apigatewayv2_domain_name.this[0].mutual_tls_authentication) == 0
    error_message = "Callers need a certificate only when a truststore is named."
  }

  assert {
    condition     = aws_apigatewayv2_api_mapping.this[0].stage == aws_apigatewayv2_stage.this.id
    error_message = "The name must lead to the stage."
  }

  assert {
    condition     = aws_apigatewayv2_api.this.disable_execute_api_endpoint
    error_message = "The execute-api name must be closed."
  }
}

run "asks_callers_for_a_certificate" {
  command = plan

  variables {
    domain_name                   = "vms.example.com"
    certificate_arn               = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd"
    hosted_zone_id                = "Z0123456789"
    execute_api_endpoint_enabled  = false
    mutual_tls_truststore_uri     = "s3://example-trust/vm-pool/truststore.pem"
    mutual_tls_truststore_version = "abc123"
  }

  assert {
    condition = aws_apigatewayv2_domain_name.this[0].mutual_tls_authentication == tolist([{
      truststore_uri     = "s3://example-trust/vm-pool/truststore.pem"
      truststore_version = "abc123"
    }])
    error_message = "API Gateway must trust the authorities of the truststore: ${jsonencode(aws_apigatewayv2_domain_name.this[0].mutual_tls_authentication)}"
  }
}

run "refuses_a_truststore_that_callers_could_go_round" {
  command = plan

  variables {
    domain_name               = "vms.example.com"
    certificate_arn           = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd"
    hosted_zone_id            = "Z0123456789"
    mutual_tls_truststore_uri = "s3://example-trust/truststore.pem"
  }

  expect_failures = [var.mutual_tls_truststore_uri]
}

run "refuses_a_truststore_without_a_domain" {
  command = plan

  variables {
    mutual_tls_truststore_uri = "s3://example-trust/truststore.pem"
  }

  expect_failures = [var.mutual_tls_truststore_uri]
}

run "refuses_a_truststore_outside_s3" {
  command = plan

  variables {
    domain_name                  = "vms.example.com"
    certificate_arn              = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd"
    hosted_zone_id               = "Z0123456789"
    execute_api_endpoint_enabled = false
    mutual_tls_truststore_uri    = "https://example.com/truststore.pem"
  }

  expect_failures = [var.mutual_tls_truststore_uri]
}

run "refuses_a_version_of_no_truststore" {
  command = plan

  variables {
    mutual_tls_truststore_version = "abc123"
  }

  expect_failures = [var.mutual_tls_truststore_version]
}

run "refuses_a_certificate_of_another_region" {
  command = plan

  variables {
    domain_name     = "vms.example.com"
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd"
    hosted_zone_id  = "Z0123456789"
  }

  expect_failures = [aws_apigatewayv2_domain_name.this]
}

run "refuses_a_domain_without_certificate_and_zone" {
  command = plan

  variables {
    domain_name = "vms.example.com"
  }

  expect_failures = [var.certificate_arn, var.hosted_zone_id]
}

run "refuses_certificate_and_zone_without_a_domain" {
  command = plan

  variables {
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd"
    hosted_zone_id  = "Z0123456789"
  }

  expect_failures = [var.certificate_arn, var.hosted_zone_id]
}

run "refuses_to_close_the_only_way_in" {
  command = plan

  variables {
    execute_api_endpoint_enabled = false
  }

  expect_failures = [var.execute_api_endpoint_enabled]
}

run "refuses_an_unknown_authorization" {
  command = plan

  variables {
    routes = { "GET /vms" = "sigv4" }
  }

  expect_failures = [var.routes]
}

run "refuses_a_route_of_any_method" {
  command = plan

  variables {
    routes = { "ANY /vms" = "AWS_IAM" }
  }

  expect_failures = [var.routes]
}

run "refuses_malformed_settings" {
  command = plan

  variables {
    routes                     = { getvm = "NONE" }
    cors_allowed_origins       = ["https://lab.example.com/page"]
    throttling_rate_per_second = 0
    throttling_burst           = 0.5
    domain_name                = "https://vms.example.com"
  }

  expect_failures = [
    var.routes,
    var.cors_allowed_origins,
    var.throttling_rate_per_second,
    var.throttling_burst,
    var.domain_name,
  ]
}

run "refuses_an_arn_that_is_not_a_certificate" {
  command = plan

  variables {
    domain_name     = "vms.example.com"
    certificate_arn = "arn:aws:iam::123456789012:server-certificate/vms"
    hosted_zone_id  = "Z0123456789"
  }

  expect_failures = [var.certificate_arn]
}
