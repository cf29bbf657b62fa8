output "api_id" {
  description = "Id of the API, under which CloudWatch keeps its metrics."
  value       = aws_apigatewayv2_api.this.id
}

output "stage_name" {
  description = "Name of the stage, under which CloudWatch keeps its metrics."
  value       = aws_apigatewayv2_stage.this.name
}

output "url" {
  description = "Base URL of the API, without a slash at its end: the custom domain when there is one, else the stage of the execute-api endpoint."
  value       = var.domain_name == null ? aws_apigatewayv2_stage.this.invoke_url : "https://${var.domain_name}"
}

output "invoke_arns" {
  description = "For each route with `AWS_IAM`: the resource on which the IAM policy of a caller must allow `execute-api:Invoke`."
  value = {
    for key, authorization in var.routes :
    key => "${aws_apigatewayv2_api.this.execution_arn}/${aws_apigatewayv2_stage.this.name}/${replace(replace(key, " ", ""), "/{[^}]*}/", "*")}" if authorization == "AWS_IAM"
  }
}

output "route_authorizations" {
  description = "How each route of the API authorizes, `$default` included: `NONE`, `AWS_IAM` or `JWT`. For the tests of the root."
  value       = { for key, route in aws_apigatewayv2_route.this : key => route.authorization_type }
}
