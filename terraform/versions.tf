terraform {
  # From 1.11 on the S3 backend locks a state by a file beside it (`use_lockfile`); earlier versions need a DynamoDB table.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}
