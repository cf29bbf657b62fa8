# Lends VMs that exist: those of vms.json, through an SSH certificate for each lease. README.md of this repository ("Lend machines you
# already have") goes through it from nothing to a prompt.
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

  environment   = "lab"
  pool_store    = "dynamodb"
  authorization = "iam"
  operator_arns = var.operator_arns

  vm_provider = "static"
  inventory   = file("${path.module}/vms.json") # npm run inventory:check names each fault

  # Where the function that checks and cleans the VMs runs. The VMs' security group must let it in at port 22.
  vpc_subnet_ids         = var.subnet_ids
  vpc_security_group_ids = [aws_security_group.visitor.id]
}

data "aws_subnet" "of_visitor" {
  id = var.subnet_ids[0]
}

resource "aws_security_group" "visitor" {
  #checkov:skip=CKV2_AWS_5:module vm_pool gives it to the visitor
  name        = "vm-pool-lab-visitor"
  description = "Visits the VMs of vm-pool-lab over SSH"
  vpc_id      = data.aws_subnet.of_visitor.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "ssh" {
  security_group_id            = aws_security_group.visitor.id
  description                  = "SSH to the VMs"
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
  referenced_security_group_id = var.vms_security_group_id
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id            = var.vms_security_group_id
  description                  = "SSH from the visitor of vm-pool-lab"
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
  referenced_security_group_id = aws_security_group.visitor.id
}
