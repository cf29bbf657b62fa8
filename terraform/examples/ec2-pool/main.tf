# Lends EC2 instances, and makes them: they enroll themselves at their first boot, are stopped while nobody needs them, and are cleaned
# after each lease. README.md of this repository ("Lend your EC2 instances") goes through it from nothing to a prompt.
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

locals {
  pool = "default"
  name = "vm-pool-lab"

  # `npm run inventory:check` names each fault: terraform console <<< 'jsonencode(local.inventory)'
  inventory = {
    pools = {
      (local.pool) = {
        description = "Ubuntu 24.04, 2 CPUs, 4 GB; cleaned after each lease"
        access      = "certificate"
        check       = "command"
        reset       = var.reset
        ec2 = {
          # From inside the VPC the public name of an instance is its private address, so the visitor needs no way to the internet.
          address     = var.public_addresses ? "public-dns" : "private-ip"
          username    = "tester" # not `ubuntu`, which may use sudo
          minRunning  = var.min_running
          idleMinutes = 30
          schedule = {
            timezone = var.timezone
            changes = [
              { cron = "30 7 * * 1-5", minRunning = var.min_running },
              { cron = "0 19 * * 1-5", minRunning = 0 },
            ]
          }
        }
      }
    }
  }
}

module "vm_pool" {
  source = "../.." # from elsewhere: "git::https://git.example.com/vm-pool.git//terraform?ref=v1.0.0"

  environment   = "lab"
  pool_store    = "dynamodb"
  authorization = "iam"
  operator_arns = var.operator_arns

  vm_provider = "ec2"
  inventory   = jsonencode(local.inventory)

  # Where the function that checks and cleans the VMs runs.
  vpc_subnet_ids         = var.subnet_ids
  vpc_security_group_ids = [aws_security_group.visitor.id]
}
