# Instances for the tests of EC2 pools. Machines of the test listen at their loopback addresses.
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
  region      = "us-east-1"
  max_retries = 2
}

variable "instances" {
  description = "Instances by name."
  type = map(object({
    private_ip = string
    tags       = map(string)
    user_data  = optional(string)
  }))
  nullable = false
}

resource "aws_vpc" "this" {
  cidr_block = "127.0.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = aws_vpc.this.cidr_block
}

resource "aws_instance" "this" {
  for_each = var.instances

  ami           = "ami-12345678"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.this.id
  private_ip    = each.value.private_ip
  user_data     = each.value.user_data
  tags          = each.value.tags
}

output "ids" {
  description = "Id of each instance, by its name."
  value       = { for name, instance in aws_instance.this : name => instance.id }
}
