output "api_url" {
  description = "Base URL of the API: the custom domain when there is one, else the stage of the execute-api endpoint."
  value       = module.apigw.url
}

output "getvm_url" {
  description = "URL to POST to for borrowing a VM."
  value       = "${module.apigw.url}/getvm"
}

output "releasevm_url" {
  description = "URL to POST to for giving a VM back."
  value       = "${module.apigw.url}/releasevm"
}

output "operator_invoke_arns" {
  description = "What the IAM policy of an operator has to allow `execute-api:Invoke` on, to drain VMs, to see who held them and so on."
  value       = module.apigw.operator_invoke_arns
}

output "table_name" {
  description = "DynamoDB table of the leases; null while they live in memory."
  value       = local.table_name
}

output "function_name" {
  description = "Name of the function."
  value       = module.lambda.function_name
}

output "log_group_name" {
  description = "Log group of the function, one JSON line a request; `npm run logs` reads it."
  value       = module.cloudwatch.function_log_group_name
}

output "access_log_group_name" {
  description = "Log group of the API's access log, which also has the requests that never reached the function."
  value       = module.cloudwatch.access_log_group_name
}

output "dashboard_url" {
  description = "CloudWatch dashboard of the service, in the AWS console."
  value       = module.cloudwatch.dashboard_url
}
