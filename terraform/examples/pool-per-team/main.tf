# One service for each team: its own API, function, table, alarms and limits, in one account.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

module "vm_pool" {
  source   = "../.." # from elsewhere: "git::https://git.example.com/vm-pool.git//terraform?ref=v1.0.0"
  for_each = var.teams

  environment       = each.key
  pool_store        = "dynamodb"
  lease_max_minutes = each.value.lease_max_minutes
}
