# What VMs that exist add to the role: read the inventory, have VMs visited, sign logins, and read the login keys that the inventory
# names and no others.
locals {
  secret_arns = { for service in ["ssm", "secretsmanager"] : service => [
    for place in flatten(var.real_vms[*].stored_keys) : trimprefix(place, "${service}:") if startswith(place, "${service}:")
  ] }

  parameter_arns = [for name in local.secret_arns.ssm :
    startswith(name, "arn:") ? name : provider::aws::arn_build(local.partition, "ssm", local.region, local.account, "parameter/${trimprefix(name, "/")}")
  ]

  # Secrets Manager puts six characters behind the name, which only AWS knows.
  # https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
  secret_manager_arns = [for name in local.secret_arns.secretsmanager :
    startswith(name, "arn:") ? name : provider::aws::arn_build(local.partition, "secretsmanager", local.region, local.account, "secret:${name}-??????")
  ]
}

data "aws_iam_policy_document" "real_vms" {
  count = var.real_vms == null ? 0 : 1

  statement {
    actions   = ["s3:GetObject"]
    resources = [provider::aws::arn_build(local.partition, "s3", "", "", "${var.real_vms.inventory.bucket_name}/${var.real_vms.inventory.key}")]
  }

  # Each version of this function invokes the version of its own build, whose number only AWS knows.
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [provider::aws::arn_build(local.partition, "lambda", local.region, local.account, "function:${var.real_vms.visitor_name}:*")]
  }

  dynamic "statement" {
    for_each = length(local.parameter_arns) > 0 ? [local.parameter_arns] : []

    content {
      actions   = ["ssm:GetParameter"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(local.secret_manager_arns) > 0 ? [local.secret_manager_arns] : []

    content {
      actions   = ["secretsmanager:GetSecretValue"]
      resources = statement.value
    }
  }

  # AWS's own keys aws/ssm and aws/secretsmanager need no grant.
  dynamic "statement" {
    for_each = length(var.real_vms.stored_keys_kms_key_arns) > 0 ? [var.real_vms.stored_keys_kms_key_arns] : []

    content {
      actions   = ["kms:Decrypt"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = [for service in ["secretsmanager", "ssm"] : "${service}.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}

resource "aws_iam_role_policy" "real_vms" {
  count = length(data.aws_iam_policy_document.real_vms)

  name   = "lend-real-vms"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.real_vms[0].minified_json

  lifecycle {
    precondition {
      condition     = length(data.aws_iam_policy_document.real_vms[0].minified_json) <= 8192
      error_message = "IAM takes 10,240 characters for all policies of a role, and the inventory names ${length(var.real_vms.stored_keys)} stored keys. Let VMs share a parameter or a secret, enroll VMs for certificates, or split the inventory over two services."
    }
  }
}

# Both keys, so that a change of the signing key needs no other permission. The conditions are what a login certificate needs.
# https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
data "aws_iam_policy_document" "sign" {
  count = length(flatten(var.real_vms[*].signing_key_arns)) > 0 ? 1 : 0

  statement {
    actions   = ["kms:Sign"]
    resources = var.real_vms.signing_key_arns

    condition {
      test     = "StringEquals"
      variable = "kms:SigningAlgorithm"
      values   = ["ECDSA_SHA_256"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:MessageType"
      values   = ["RAW"]
    }
  }
}

resource "aws_iam_role_policy" "sign" {
  count = length(data.aws_iam_policy_document.sign)

  name   = "sign-logins"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.sign[0].json
}
