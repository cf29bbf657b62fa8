resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "resources"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.throttling_rate_per_second
    throttling_burst_limit = var.throttling_burst
  }

  # What the function can't log: who was throttled, which integration failed. No path and no query string, because
  # callers may put a user id there.
  access_log_settings {
    destination_arn = var.access_log_group_arn
    format = jsonencode({
      requestId          = "$context.requestId"
      requestTime        = "$context.requestTime"
      ip                 = "$context.identity.sourceIp"
      domainName         = "$context.domainName"
      routeKey           = "$context.routeKey"
      status             = "$context.status"
      responseLength     = "$context.responseLength"
      latencyMs          = "$context.responseLatency"
      integrationMs      = "$context.integrationLatency"
      integrationStatus  = "$context.integration.status"
      integrationError   = "$context.integrationErrorMessage"
      gatewayError       = "$context.error.responseType"
      integrationRequest = "$context.integration.requestId"
    })
  }
}
