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

output "route_authorizations" {
  description = "How each route of the API authorizes, `$default` included: `NONE` or `AWS_IAM`."
  value       = { for key, route in aws_apigatewayv2_route.this : key => route.authorization_type }
}

output "operator_invoke_arns" {
  description = "What the IAM policy of an operator has to allow `execute-api:Invoke` on."
  value = toset([
    for key in var.operator_route_keys :
    "${aws_apigatewayv2_api.this.execution_arn}/${aws_apigatewayv2_stage.this.name}/${replace(replace(key, " ", ""), "/{[^}]*}/", "*")}"
  ])
}
