# What EC2 instances add to the role. Each action is for the pools that need it, and for instances with the tag of such a pool: the
# function can neither stop nor enter any other machine of the account.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
locals {
  ec2_pools = try(var.ec2.pools, {})

  pools_by_reset  = { for name, pool in local.ec2_pools : pool.reset => name... }
  pools_by_access = { for name, pool in local.ec2_pools : pool.access => name... }

  # The pools in which the function makes a call about one instance.
  ec2_uses = {
    # A lease may need an instance that was stopped, in any pool.
    "ec2:StartInstances"              = keys(local.ec2_pools)
    "ec2:StopInstances"               = [for name, pool in local.ec2_pools : name if pool.stops]
    "ec2:RebootInstances"             = lookup(local.pools_by_reset, "reboot", [])
    "ec2:CreateReplaceRootVolumeTask" = lookup(local.pools_by_reset, "replace-root-volume", [])
    # A session of Session Manager needs no host key.
    "ec2:GetConsoleOutput" = [for name, pool in local.ec2_pools : name if pool.learns_host_keys && pool.access != "session-manager"]
  }

  # One statement for all actions of the same pools.
  ec2_actions = { for action, pools in local.ec2_uses : jsonencode(pools) => action... if length(pools) > 0 }

  # Each of them describes all instances, or tasks, of an account; IAM has no narrower resource for these actions.
  ec2_describes = concat(
    ["ec2:DescribeInstances", "ec2:DescribeInstanceStatus"],
    contains(keys(local.pools_by_reset), "replace-root-volume") ? ["ec2:DescribeReplaceRootVolumeTasks"] : [],
    contains(keys(local.pools_by_access), "session-manager") ? ["ssm:DescribeSessions"] : [],
  )

  ec2_instances = provider::aws::arn_build(local.partition, "ec2", local.region, local.account, "instance/*")
}

data "aws_iam_policy_document" "ec2" {
  count = length(local.ec2_pools) > 0 ? 1 : 0

  statement {
    actions   = local.ec2_describes
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = local.ec2_actions

    content {
      actions   = statement.value
      resources = [local.ec2_instances]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${var.ec2.tags.pool}"
        values   = jsondecode(statement.key)
      }
    }
  }

  # A replacement makes two more things, whose ids AWS chooses, and needs permission on them too. The instance decides.
  dynamic "statement" {
    for_each = contains(keys(local.pools_by_reset), "replace-root-volume") ? [1] : []

    content {
      actions   = ["ec2:CreateReplaceRootVolumeTask"]
      resources = [for made in ["replace-root-volume-task/*", "volume/*"] : provider::aws::arn_build(local.partition, "ec2", local.region, local.account, made)]
    }
  }

  # Only as the borrower's user of the instance: the one that its tag names, or that of its pool.
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2instanceconnect.html
  dynamic "statement" {
    for_each = lookup(local.pools_by_access, "instance-connect", [])

    content {
      actions   = ["ec2-instance-connect:SendSSHPublicKey"]
      resources = [local.ec2_instances]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${var.ec2.tags.pool}"
        values   = [statement.value]
      }

      condition {
        test     = "StringEquals"
        variable = "ec2:osuser"
        values   = [local.ec2_pools[statement.value].username, "&{aws:ResourceTag/${var.ec2.tags.user}}"]
      }
    }
  }

  # With the check, a session may run the document of the account's preferences and no other, such as one that forwards ports.
  # https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-specify-session-document.html
  dynamic "statement" {
    for_each = contains(keys(local.pools_by_access), "session-manager") ? {
      instances = { arn = local.ec2_instances, tags = local.pools_by_access["session-manager"] }
      document  = { arn = provider::aws::arn_build(local.partition, "ssm", local.region, local.account, "document/SSM-SessionManagerRunShell"), tags = [] }
    } : {}

    content {
      actions   = ["ssm:StartSession"]
      resources = [statement.value.arn]

      condition {
        test     = "BoolIfExists"
        variable = "ssm:SessionDocumentAccessCheck"
        values   = ["true"]
      }

      dynamic "condition" {
        for_each = length(statement.value.tags) > 0 ? [statement.value.tags] : []

        content {
          test     = "StringEquals"
          variable = "ssm:resourceTag/${var.ec2.tags.pool}"
          values   = condition.value
        }
      }
    }
  }

  # Those that it has started itself: their ids begin with the name of its session, which is that of the function.
  # https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-getting-started-restrict-access.html
  dynamic "statement" {
    for_each = contains(keys(local.pools_by_access), "session-manager") ? [1] : []

    content {
      actions   = ["ssm:TerminateSession"]
      resources = [provider::aws::arn_build(local.partition, "ssm", local.region, local.account, "session/${var.name}-*")]
    }
  }

  # EC2 needs the permissions of its caller to attach a volume to an instance, and to make one.
  # https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
  dynamic "statement" {
    for_each = length(var.ec2.kms_key_arns) > 0 ? [var.ec2.kms_key_arns] : []

    content {
      actions   = ["kms:CreateGrant"]
      resources = statement.value

      condition {
        test     = "Bool"
        variable = "kms:GrantIsForAWSResource"
        values   = ["true"]
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.ec2.kms_key_arns) > 0 && contains(keys(local.pools_by_reset), "replace-root-volume") ? [var.ec2.kms_key_arns] : []

    content {
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ec2.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}

resource "aws_iam_role_policy" "ec2" {
  count = length(data.aws_iam_policy_document.ec2)

  name   = "lend-ec2-instances"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.ec2[0].minified_json

  lifecycle {
    precondition {
      condition     = length(data.aws_iam_policy_document.ec2[0].minified_json) + length(data.aws_iam_policy_document.real_vms[0].minified_json) <= 8192
      error_message = "IAM takes 10,240 characters for all policies of a role, and the inventory has ${length(local.ec2_pools)} EC2 pools and ${length(var.real_vms.stored_keys)} stored keys. Split it over two services."
    }
  }
}
