output "api_url" {
  description = "Base URL of the API: the custom domain when there is one, else the stage of the execute-api endpoint."
  value       = module.apigw.url
}

output "getvm_url" {
  description = "POST to this URL to borrow a VM."
  value       = "${module.apigw.url}/getvm"
}

output "releasevm_url" {
  description = "POST to this URL to give a VM back."
  value       = "${module.apigw.url}/releasevm"
}

output "authorization" {
  description = "Who may call: `none`, `iam` or `jwt`."
  value       = var.authorization
}

output "borrower_invoke_arns" {
  description = "Resources on which the IAM policy of a borrower must allow `execute-api:Invoke`; operators who borrow or act for others need them too. Empty unless `authorization` is `iam`."
  value       = toset([for call, arn in module.apigw.invoke_arns : arn if local.audiences[call] == "borrowers"])
}

output "operator_invoke_arns" {
  description = "Resources on which the IAM policy of an operator must allow `execute-api:Invoke`, to drain VMs, to see who held them and so on. Empty with `authorization = \"jwt\"`."
  value       = toset([for call, arn in module.apigw.invoke_arns : arn if local.audiences[call] == "operators"])
}

output "table_name" {
  description = "DynamoDB table of the leases; null while they live in memory."
  value       = one(local.table[*].name)
}

output "function_name" {
  description = "Name of the function."
  value       = module.lambda.function_name
}

output "function_version" {
  description = "Version of the function that the last apply published."
  value       = module.lambda.function_version
}

output "function_alias" {
  description = "Alias of the function that the API and the schedule invoke. The last apply set it to `function_version`; `aws lambda update-alias` moves it back."
  value       = module.lambda.alias.name
}

output "log_group_name" {
  description = "Log group of the function, with one JSON line for each request; `npm run logs` reads it."
  value       = module.logs.function_group_name
}

output "access_log_group_name" {
  description = "Log group of the API's access log, which also contains the requests that never reached the function."
  value       = module.logs.access_group_name
}

output "certificate_authority_public_keys" {
  description = "Lines for the file that `TrustedUserCAKeys` of the VMs' sshd names, both keys; empty unless `inventory` needs certificates."
  value       = flatten(module.certificate_authority[*].openssh_public_keys)
}

output "ec2_user_data" {
  description = "cloud-init user data by pool, for the EC2 pools whose access is by certificate: an instance that starts with it enrolls itself. It holds no secret."
  value       = local.user_data
}

output "inventory_url" {
  description = "S3 object of the inventory; null with mock VMs."
  value       = one(module.inventory[*].url)

  precondition {
    condition     = length(local.unknown_fields) == 0
    error_message = "inventory has unknown fields: ${join(", ", local.unknown_fields)}. terraform/inventory.schema.json has those that there are."
  }
}

output "visitor_function_name" {
  description = "Function that visits VMs; null with mock VMs."
  value       = one(module.visitor[*].function_name)
}

output "dashboard_url" {
  description = "CloudWatch dashboard of the service, in the AWS console."
  value       = module.cloudwatch.dashboard_url
}

output "alarm_topic_arn" {
  description = "SNS topic that was made for `alarm_emails`, to subscribe others to; null without addresses."
  value       = module.cloudwatch.alarm_topic_arn
}
