# scripts/terraform dev ... runs Terraform here. The bucket of the state and its region come from scripts/terraform.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  backend "s3" {
    key          = "vm-pool/us-east-1/dev/terraform.tfstate"
    use_lockfile = true
  }
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = var.account_id == "" ? null : [var.account_id]

  default_tags {
    tags = { service = "vm-pool", environment = "dev", managed-by = "terraform" }
  }
}

module "vm_pool" {
  source      = "../.."
  environment = "dev"
  role        = { permissions_boundary = var.permissions_boundary_arn == "" ? null : var.permissions_boundary_arn }
  runbook_url = var.runbook_url

  # dev lends mock VMs to anybody on the internet.
  authorization = "none"

  # Leases live in memory: there is no table to pay for, and they end with the function's process.
  pool_store = "memory"
  # With pool_store = "dynamodb", a destroy may delete the table.
  table_deletion_protection = false

  log_retention_days         = 7
  throttling_rate_per_second = 10
  throttling_burst           = 20

  # Developers empty the pool and throttle each other on purpose: alarm only when it goes on.
  alarms = {
    throttles          = 100
    empty_pool_minutes = 60
  }
}
