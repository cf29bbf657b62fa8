# Callers sign with AWS credentials: people by IAM Identity Center, pipelines by roles of their own.
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

data "aws_caller_identity" "current" {}

module "vm_pool" {
  source = "../.." # from elsewhere: "git::https://git.example.com/vm-pool.git//terraform?ref=v1.0.0"

  environment   = "lab"
  pool_store    = "dynamodb"
  authorization = "iam"
  operator_arns = ["arn:aws:sts::${data.aws_caller_identity.current.account_id}:assumed-role/AWSReservedSSO_PoolOperator_*"]
}

# People: name these policies in a permission set of IAM Identity Center, as customer managed policies. AWS then makes the role
# AWSReservedSSO_NAME_... in this account and names each session of it after its user.
resource "aws_iam_policy" "borrow" {
  name        = "vm-pool-lab-borrow"
  description = "Borrows VMs and gives them back"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "execute-api:Invoke"
      Resource = sort(module.vm_pool.borrower_invoke_arns)
    }]
  })
}

resource "aws_iam_policy" "operate" {
  name        = "vm-pool-lab-operate"
  description = "Runs the pool, and acts for borrowers"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "execute-api:Invoke"
      Resource = sort(setunion(module.vm_pool.borrower_invoke_arns, module.vm_pool.operator_invoke_arns))
    }]
  })
}

# A pipeline: all its runs are the one user role/nightly-build, which holds one VM at a time.
resource "aws_iam_role" "pipeline" {
  name        = "nightly-build"
  description = "Borrows VMs for the nightly build"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = var.pipeline_arn }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "pipeline" {
  role       = aws_iam_role.pipeline.name
  policy_arn = aws_iam_policy.borrow.arn
}
