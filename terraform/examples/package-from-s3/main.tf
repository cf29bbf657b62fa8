# A package that a release put into S3: an apply then needs neither Node.js nor a checkout.
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
  source = "../.." # from elsewhere: "git::https://git.example.com/vm-pool.git//terraform?ref=v1.0.0"

  environment = "lab"
  pool_store  = "dynamodb"

  package = {
    s3_bucket = var.releases_bucket
    s3_key    = "vm-pool/${var.release}/lambda.zip"
  }
}
