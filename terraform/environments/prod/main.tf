# scripts/terraform prod ... runs Terraform here. The bucket of the state and its region come from scripts/terraform.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  backend "s3" {
    key          = "vm-pool/us-east-1/prod/terraform.tfstate"
    use_lockfile = true
  }
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = var.account_id == "" ? null : [var.account_id]

  default_tags {
    tags = { service = "vm-pool", environment = "prod", managed-by = "terraform" }
  }
}

module "vm_pool" {
  source      = "../.."
  environment = "prod"
  role        = { permissions_boundary = var.permissions_boundary_arn == "" ? null : var.permissions_boundary_arn }
  runbook_url = var.runbook_url

  # Callers sign with AWS credentials. Module outputs `borrower_invoke_arns` and `operator_invoke_arns` are for their policies.
  authorization = "iam"
  operator_arns = var.operator_arns

  # In a table leases survive every deployment. DynamoDB refuses to delete it.
  pool_store                = "dynamodb"
  table_deletion_protection = true

  alarm_emails    = var.alarm_emails
  alarm_topic_arn = var.alarm_topic_arn

  log_retention_days         = 365
  tracing_enabled            = true
  throttling_rate_per_second = 50
  throttling_burst           = 100
}
