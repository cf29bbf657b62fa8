output "api_id" {
  description = "Id of the API, by which CloudWatch files its metrics."
  value       = aws_apigatewayv2_api.this.id
}

output "stage_name" {
  description = "Name of the stage, by which CloudWatch files its metrics."
  value       = aws_apigatewayv2_stage.this.name
}

output "url" {
  description = "Base URL of the API, without a slash at its end: the custom domain when there is one, else the stage of the execute-api endpoint."
  value       = var.domain_name == null ? aws_apigatewayv2_stage.this.invoke_url : "https://${var.domain_name}"
}

output "route_keys" {
  description = "Every route of the API, `$default` included."
  value       = toset(values(aws_apigatewayv2_route.this)[*].route_key)
}
