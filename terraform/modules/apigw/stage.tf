resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "resources"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.throttling_rate_per_second
    throttling_burst_limit = var.throttling_burst
  }

  # What the function can't log: calls that never reached it, and who signed a call or is the subject of its token. No other claim:
  # most name people, and the function logs the user id under the same `requestId`. No path and no query string, because callers may
  # put a user id there. No error messages either: API Gateway does not escape them, and a quote would break the line's JSON.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
  access_log_settings {
    destination_arn = var.access_log_group_arn
    format = jsonencode({
      requestId       = "$context.requestId"
      requestTime     = "$context.requestTime"
      ip              = "$context.identity.sourceIp"
      userArn         = "$context.identity.userArn"
      tokenSubject    = "$context.authorizer.claims.sub"
      domainName      = "$context.domainName"
      routeKey        = "$context.routeKey"
      status          = "$context.status"
      responseLength  = "$context.responseLength"
      latencyMs       = "$context.responseLatency"
      gatewayError    = "$context.error.responseType"
      lambdaStatus    = "$context.integration.integrationStatus" # of Lambda: 200 when it ran the function, 429 when it throttled it
      lambdaRequestId = "$context.integration.requestId"
      functionStatus  = "$context.integration.status" # what the function answered
      functionMs      = "$context.integrationLatency"
    })
  }
}
