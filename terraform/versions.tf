terraform {
  # The S3 backend's own lock file (`use_lockfile`) is generally available from 1.11 on; before it a lock took a DynamoDB table.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = merge(var.tags, {
      service     = var.name
      environment = var.environment
      managed-by  = "terraform"
    })
  }
}
