# What VMs that exist add: the bucket of the inventory, the keys that sign logins, and a function in a VPC. The plan role reads them.
locals {
  # AWS chooses the ids of keys. Each environment's provider tags all that it makes, so the tags say whose a key is.
  keys = [for region in var.regions : provider::aws::arn_build(local.partition, "kms", region, local.account, "key/*")]

  # Tags of the keys that a role may touch, by role; the plan role reads those of all environments.
  key_tags = merge(
    { (local.plan_role) = { service = var.name } },
    { for environment, role in local.apply_roles : role => { service = var.name, environment = environment } },
  )
}

data "aws_iam_policy_document" "vms" {
  for_each = local.services

  statement {
    actions = [
      "s3:GetAccelerateConfiguration",
      "s3:GetBucketAcl",
      "s3:GetBucketCORS",
      "s3:GetBucketLogging",
      "s3:GetBucketObjectLockConfiguration",
      "s3:GetBucketOwnershipControls",
      "s3:GetBucketPolicy",
      "s3:GetBucketPublicAccessBlock",
      "s3:GetBucketRequestPayment",
      "s3:GetBucketTagging",
      "s3:GetBucketVersioning",
      "s3:GetBucketWebsite",
      "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration",
      "s3:GetReplicationConfiguration",
      "s3:ListBucket",
    ]
    resources = local.made[each.key].inventories
  }

  statement {
    actions   = ["s3:GetObject", "s3:GetObjectTagging"]
    resources = [for bucket in local.made[each.key].inventories : "${bucket}/*"]
  }

  statement {
    actions   = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:GetPublicKey", "kms:ListResourceTags"]
    resources = local.keys

    dynamic "condition" {
      for_each = local.key_tags[each.key]

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  # KMS has no narrower resource for this action.
  statement {
    actions   = ["kms:ListAliases"]
    resources = ["*"]
  }

  # The rest is for those who apply.
  dynamic "statement" {
    for_each = each.key == local.plan_role ? [] : [local.made[each.key].inventories]

    content {
      actions = [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:ListBucketVersions",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
      ]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = each.key == local.plan_role ? [] : [local.made[each.key].inventories]

    content {
      actions   = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:PutObjectTagging"]
      resources = [for bucket in statement.value : "${bucket}/*"]
    }
  }

  # A key that signs with P-256 and has the tags of the environment. Another environment's key never gets them; a key of somebody
  # else does not either once it has tags `service` and `environment`, or is for another purpose.
  dynamic "statement" {
    for_each = each.key == local.plan_role ? {} : { "kms:CreateKey" = ["*"], "kms:TagResource" = local.keys }

    content {
      actions   = [statement.key]
      resources = statement.value

      dynamic "condition" {
        for_each = merge(
          { "kms:KeySpec" = "ECC_NIST_P256", "kms:KeyUsage" = "SIGN_VERIFY" },
          { for tag, value in local.key_tags[each.key] : "aws:RequestTag/${tag}" => value if statement.key == "kms:CreateKey" },
        )

        content {
          test     = "StringEquals"
          variable = condition.key
          values   = [condition.value]
        }
      }

      # A new key has no tags yet.
      dynamic "condition" {
        for_each = statement.key == "kms:TagResource" ? local.key_tags[each.key] : {}

        content {
          test     = "StringEqualsIfExists"
          variable = "aws:ResourceTag/${condition.key}"
          values   = [condition.value]
        }
      }
    }
  }

  dynamic "statement" {
    for_each = each.key == local.plan_role ? [] : [local.keys]

    content {
      actions = [
        "kms:CreateAlias",
        "kms:DeleteAlias",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:UntagResource",
        "kms:UpdateAlias",
        "kms:UpdateKeyDescription",
      ]
      resources = statement.value

      dynamic "condition" {
        for_each = local.key_tags[each.key]

        content {
          test     = "StringEquals"
          variable = "aws:ResourceTag/${condition.key}"
          values   = [condition.value]
        }
      }
    }
  }

  # An alias needs both permissions: on itself and on its key.
  dynamic "statement" {
    for_each = each.key == local.plan_role ? [] : [local.made[each.key].key_aliases]

    content {
      actions   = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
      resources = statement.value
    }
  }

  # Lambda looks at subnets and security groups as whoever puts a function there. EC2 has no narrower resource for these actions.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
  dynamic "statement" {
    for_each = each.key == local.plan_role ? [] : [1]

    content {
      actions   = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"]
      resources = ["*"]
    }
  }
}
