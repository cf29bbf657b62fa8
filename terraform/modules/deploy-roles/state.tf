# The state bucket: the states of the environments and, under plans/, the plan files that wait for their apply.
locals {
  bucket_arn = provider::aws::arn_build(local.partition, "s3", "", "", var.state.bucket_name)
  # The folder of the states and plans that a role may use, by role.
  folders    = merge({ (local.plan_role) = "*" }, { for environment, role in local.apply_roles : role => environment })
  state_keys = { for role, folder in local.folders : role => [for region in var.regions : "${var.name}/${region}/${folder}/terraform.tfstate"] }
  plan_files = merge(
    { (local.plan_role) = "${local.bucket_arn}/plans/*" },
    { for environment, role in local.apply_roles : role => "${local.bucket_arn}/plans/${environment}/*" },
  )
}

data "aws_iam_policy_document" "state" {
  for_each = local.folders

  # Without this S3 answers 403 instead of 404 to the first read of a state that does not exist yet.
  # https://developer.hashicorp.com/terraform/language/backend/s3#s3-bucket-permissions
  statement {
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      # Terraform lists its workspaces under env:/.
      values = concat(local.state_keys[each.key], ["env:/"])
    }
  }

  statement {
    actions   = each.key == local.plan_role ? ["s3:GetObject"] : ["s3:GetObject", "s3:PutObject"]
    resources = [for key in local.state_keys[each.key] : "${local.bucket_arn}/${key}"]
  }

  # The lock. A plan of the branch that is applied takes it too.
  statement {
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = [for key in local.state_keys[each.key] : "${local.bucket_arn}/${key}.tflock"]
  }

  # A pull request may write here as well. The apply therefore compares the plan file's SHA-256 with that of its own plan.
  statement {
    actions   = each.key == local.plan_role ? ["s3:PutObject"] : ["s3:GetObject"]
    resources = [local.plan_files[each.key]]
  }

  dynamic "statement" {
    for_each = var.state.kms_key_arn[*]

    content {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}
