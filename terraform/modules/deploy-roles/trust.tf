# A job gets a role by a token of GitHub, whose subject says what the job runs for. A job with a GitHub environment has that
# environment in its subject, whatever started it; only a job without one has `pull_request` or its branch.
# https://docs.github.com/en/actions/reference/security/oidc
locals {
  issuer       = "token.actions.githubusercontent.com"
  provider_arn = var.github.oidc_provider_arn == null ? one(aws_iam_openid_connect_provider.github[*].arn) : var.github.oidc_provider_arn
  ref          = "refs/heads/${var.github.branch}"

  # The jobs that plan have environments too, for their variables: dev-plan beside dev.
  plan_subjects  = concat(["pull_request", "ref:${local.ref}"], [for environment in sort(var.environments) : "environment:${environment}-plan"])
  apply_subjects = { for environment in var.environments : environment => "environment:${environment}" }

  # By role, each of them in full: nothing is trusted by a wildcard.
  subjects = merge(
    { (local.plan_role) = [for subject in local.plan_subjects : "${var.github.subject_prefix}:${subject}"] },
    { for environment, role in local.apply_roles : role => ["${var.github.subject_prefix}:${local.apply_subjects[environment]}"] },
  )
}

# AWS knows the certificates of GitHub, so the provider needs no thumbprint.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.github.oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = each.value
    }

    # Whoever may push any branch can name an environment in it. A rule in GitHub should keep other branches out of the environment;
    # where AWS reads this claim, it does so too. AWS reads it since 2026-01.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
    dynamic "condition" {
      for_each = each.key == local.plan_role ? [] : [local.ref]

      content {
        test     = "StringEqualsIfExists"
        variable = "${local.issuer}:ref"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.subjects

  name               = each.key
  description        = each.key == local.plan_role ? "Plans ${var.name} from GitHub Actions" : "Applies ${local.services[each.key]} from GitHub Actions"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

locals {
  # By role and theme. A managed policy holds 6,144 characters, and people with keys can get the same policies.
  policies = merge(
    { for role, document in data.aws_iam_policy_document.read : "${role}-read" => { role = role, document = document.minified_json } },
    { for role, document in data.aws_iam_policy_document.state : "${role}-state" => { role = role, document = document.minified_json } },
    { for role, document in data.aws_iam_policy_document.make : "${role}-make" => { role = role, document = document.minified_json } },
    { for role, document in data.aws_iam_policy_document.api : "${role}-api" => { role = role, document = document.minified_json } },
    { for role, document in data.aws_iam_policy_document.vms : "${role}-vms" => { role = role, document = document.minified_json } },
    { for role, document in data.aws_iam_policy_document.watch : "${role}-watch" => { role = role, document = document.minified_json } },
  )
}

resource "aws_iam_policy" "this" {
  for_each = local.policies

  name   = each.key
  policy = each.value.document

  lifecycle {
    precondition {
      condition     = length(each.value.document) <= 6144
      error_message = "IAM takes 6,144 characters for a policy; ${each.key} would have ${length(each.value.document)}. Use fewer regions, or one account for each environment."
    }
  }
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.policies

  role       = aws_iam_role.this[each.value.role].name
  policy_arn = aws_iam_policy.this[each.key].arn
}
