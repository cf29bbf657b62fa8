# Both groups exist before anything writes to them. A service that finds no group makes one itself, which keeps its lines
# forever.
resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.retention_days
  kms_key_id        = var.kms_key_arn
}

# CloudWatch Logs lets API Gateway write to groups under /aws/vendedlogs/ by one statement. Each group elsewhere adds a
# statement to the account's resource policy, which has room for few.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/vendedlogs/apigateway/${var.name}"
  retention_in_days = var.retention_days
  kms_key_id        = var.kms_key_arn
}
