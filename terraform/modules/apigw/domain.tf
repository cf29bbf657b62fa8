# The custom domain, when there is one: https://vms.example.com/getvm, without the stage in the path.
data "aws_region" "current" {}

resource "aws_apigatewayv2_domain_name" "this" {
  count = var.domain_name == null ? 0 : 1

  domain_name = var.domain_name

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
    ip_address_type = "dualstack"
  }

  dynamic "mutual_tls_authentication" {
    for_each = var.mutual_tls_truststore_uri[*]

    content {
      truststore_uri     = mutual_tls_authentication.value
      truststore_version = var.mutual_tls_truststore_version
    }
  }

  lifecycle {
    precondition {
      condition     = provider::aws::arn_parse(var.certificate_arn).region == data.aws_region.current.id
      error_message = "certificate_arn must be a certificate in ${data.aws_region.current.id}, the region of the API."
    }
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  count = length(aws_apigatewayv2_domain_name.this)

  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this[0].id
  stage       = aws_apigatewayv2_stage.this.id
}

resource "aws_route53_record" "this" {
  for_each = var.domain_name == null ? [] : toset(["A", "AAAA"])

  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = each.key

  alias {
    name                   = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = false
  }
}
