# The API at a name of your DNS zone, with a certificate that renews itself.
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

data "aws_route53_zone" "this" {
  name = var.zone_name
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.domain_name
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = { for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option }

  zone_id = data.aws_route53_zone.this.zone_id
  name    = each.value.resource_record_name
  type    = each.value.resource_record_type
  records = [each.value.resource_record_value]
  ttl     = 60
}

# Its ARN is known once the certificate is issued, so API Gateway gets no certificate that it would refuse.
resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

module "vm_pool" {
  source = "../.." # from elsewhere: "git::https://git.example.com/vm-pool.git//terraform?ref=v1.0.0"

  environment                  = "lab"
  pool_store                   = "dynamodb"
  domain_name                  = var.domain_name
  certificate_arn              = aws_acm_certificate_validation.this.certificate_arn
  hosted_zone_id               = data.aws_route53_zone.this.zone_id
  execute_api_endpoint_enabled = false
}
