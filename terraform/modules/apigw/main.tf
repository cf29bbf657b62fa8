# The HTTP API. It matches each request to a route and the function dispatches on that route (`routeKey`), never on a path: no
# spelling of a path reaches a call without passing the guard of its route. `$default` takes everything else, preflights of
# browsers included; the function answers it with 404, 405 and 204 only.
resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  description                  = "Lends virtual machines, one user each"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = !var.execute_api_endpoint_enabled

  dynamic "cors_configuration" {
    for_each = length(var.cors_allowed_origins) > 0 ? [var.cors_allowed_origins] : []

    content {
      allow_origins = cors_configuration.value
      allow_methods = distinct([for key in keys(var.routes) : split(" ", key)[0]])
      # The x-amz headers belong to a signed request.
      allow_headers  = ["authorization", "content-type", "idempotency-key", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
      expose_headers = ["retry-after", "x-request-id"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_integration" "function" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = var.function.invoke_arn
  payload_format_version = "2.0"
}

# API Gateway reads the issuer's keys and checks signature, issuer, audience and times of a token. It can't ask for any other claim.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
resource "aws_apigatewayv2_authorizer" "jwt" {
  count = var.jwt == null ? 0 : 1

  api_id           = aws_apigatewayv2_api.this.id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audiences
  }
}

# `$default` is open to everybody: a call that needs a signature or a token never gets there.
resource "aws_apigatewayv2_route" "this" {
  for_each = merge(var.routes, { "$default" = "NONE" })

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  authorization_type = each.value
  authorizer_id      = each.value == "JWT" ? one(aws_apigatewayv2_authorizer.jwt[*].id) : null
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
}

resource "aws_lambda_permission" "api" {
  statement_id  = "AllowInvokeByApi"
  action        = "lambda:InvokeFunction"
  function_name = var.function.name
  qualifier     = var.function.alias
  principal     = "apigateway.amazonaws.com"
  # Every route of this API's one stage, and no other API.
  source_arn = "${aws_apigatewayv2_api.this.execution_arn}/${aws_apigatewayv2_stage.this.name}/*"
}
