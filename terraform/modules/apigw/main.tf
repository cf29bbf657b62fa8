# The HTTP API. It routes each call by itself and the function dispatches on the route that matched (`routeKey`), never on a
# path, so no spelling of a path can reach a call past what guards its route. `$default` takes everything else: the
# function answers it with the 404 and 405 problem documents only.
resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  description                  = "Lends virtual machines, one user each"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = !var.execute_api_endpoint_enabled

  dynamic "cors_configuration" {
    for_each = length(var.cors_allowed_origins) > 0 ? [var.cors_allowed_origins] : []

    content {
      allow_origins  = cors_configuration.value
      allow_methods  = ["GET", "POST"]
      allow_headers  = ["authorization", "content-type", "idempotency-key"]
      expose_headers = ["retry-after", "x-request-id"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_integration" "function" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = var.function_invoke_arn
  payload_format_version = "2.0"
}

# An operator's call is let through only when it is signed by somebody whose IAM policy allows it; API Gateway tells the
# function who that is.
locals {
  authorization_types = merge(
    { for key in setunion(var.route_keys, ["$default"]) : key => "NONE" },
    { for key in var.operator_route_keys : key => "AWS_IAM" },
  )
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.authorization_types

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  authorization_type = each.value
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
}

resource "aws_lambda_permission" "api" {
  statement_id  = "AllowInvokeByApi"
  action        = "lambda:InvokeFunction"
  function_name = var.function_name
  principal     = "apigateway.amazonaws.com"
  # Every route of this API's one stage, and no other API.
  source_arn = "${aws_apigatewayv2_api.this.execution_arn}/${aws_apigatewayv2_stage.this.name}/*"
}
