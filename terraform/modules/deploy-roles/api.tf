# What an apply makes, changes and deletes: the API and its domain. And what the smoke test calls.
data "aws_iam_policy_document" "api" {
  for_each = { for environment, role in local.apply_roles : role => environment }

  # AWS chooses the id of an API, so these are all APIs of the regions; the denial below spares those of others that have tags.
  statement {
    actions   = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
    resources = concat(local.made[each.key].apis, local.made[each.key].api_parts, local.made[each.key].api_tags)
  }

  # CreateStage with tags asks for these by name, although AWS's list of actions does not have them.
  statement {
    actions   = ["apigateway:TagResource", "apigateway:UntagResource"]
    resources = concat(local.made[each.key].apis, local.made[each.key].api_parts)
  }

  # Each environment's provider tags all that it makes. AWS documents that APIs and stages have tags, and not that what lies below an
  # API inherits them: a part of another's API without tags is not denied.
  dynamic "statement" {
    for_each = { service = var.name, environment = each.value }

    content {
      sid       = "DenyApisOfAnother${title(statement.key)}"
      effect    = "Deny"
      actions   = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
      resources = local.made[each.key].api_parts

      condition {
        test     = "Null"
        variable = "aws:ResourceTag/${statement.key}"
        values   = ["false"]
      }

      condition {
        test     = "StringNotEquals"
        variable = "aws:ResourceTag/${statement.key}"
        values   = [statement.value]
      }
    }
  }

  # The smoke test borrows a VM and gives it back, where calls are signed. The id is again AWS's choice: these two calls of any API.
  statement {
    actions = ["execute-api:Invoke"]
    resources = flatten([for region in var.regions : [for call in ["getvm", "releasevm"] :
      provider::aws::arn_build(local.partition, "execute-api", region, local.account, "*/resources/POST/${call}")
    ]])
  }

  # API Gateway makes its own role when an account has its first API.
  statement {
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = [provider::aws::arn_build(local.partition, "iam", "", local.account, "role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway")]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["ops.apigateway.amazonaws.com"]
    }
  }

  dynamic "statement" {
    for_each = length(local.domain_names[each.key]) > 0 ? [local.domain_names[each.key]] : []

    content {
      actions = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:TagResource", "apigateway:UntagResource"]
      # A new domain is posted to the collection.
      resources = concat(statement.value, [for region in var.regions : provider::aws::arn_build(local.partition, "apigateway", region, "", "/domainnames")])
    }
  }

  dynamic "statement" {
    for_each = length(local.zones[each.key]) > 0 ? [local.zones[each.key]] : []

    content {
      actions   = ["route53:ChangeResourceRecordSets"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(local.zones[each.key]) > 0 ? [1] : []

    content {
      actions = ["route53:GetChange"]
      # AWS chooses the id of a change.
      resources = [provider::aws::arn_build(local.partition, "route53", "", "", "change/*")]
    }
  }

  # API Gateway reads the truststore of mutual TLS as whoever sets it.
  dynamic "statement" {
    for_each = length(local.truststores[each.key]) > 0 ? [local.truststores[each.key]] : []

    content {
      actions   = ["s3:GetObject", "s3:GetObjectVersion"]
      resources = statement.value
    }
  }
}
