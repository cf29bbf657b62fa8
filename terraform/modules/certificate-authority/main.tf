# The keys that sign login certificates. VMs trust both from their first day and one of them signs, so the signing key can change
# without a minute in which a VM refuses its holder. KMS keeps the private keys; nobody can read them.
locals {
  signer = provider::aws::arn_parse(var.signer_role_arn)
}

# Who administers the keys is up to the IAM policies of the account, as AWS recommends. Who signs is decided here: with a signature
# anybody becomes root on every VM. The condition names the role, because KMS refuses a principal that does not exist yet.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:in a key policy `*` is the one key that the policy belongs to
  #checkov:skip=CKV_AWS_111:in a key policy `*` is the one key that the policy belongs to
  #checkov:skip=CKV_AWS_356:in a key policy `*` is the one key that the policy belongs to
  statement {
    sid = "AdministerByIam"
    # No kms:CreateGrant: a grant would let another role sign.
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:EnableKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:GetPublicKey",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription",
    ]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [provider::aws::arn_build(local.signer.partition, "iam", "", local.signer.account_id, "root")]
    }
  }

  statement {
    sid       = "SignAsTheFunction"
    actions   = ["kms:Sign"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [provider::aws::arn_build(local.signer.partition, "iam", "", local.signer.account_id, "root")]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = [var.signer_role_arn]
    }
  }
}

# P-256 is the strongest curve that KMS, this provider and every sshd since OpenSSH 5.7 know. KMS can't rotate such a key by itself.
resource "aws_kms_key" "this" {
  for_each = toset(["a", "b"])

  description              = "Signs login certificates of ${var.name} (key ${each.key})"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  policy                   = data.aws_iam_policy_document.key.json
  # Until then `aws kms cancel-key-deletion` brings back a key that somebody destroyed.
  deletion_window_in_days = var.deletion_window_days
}

# For people: the service uses the ARNs.
resource "aws_kms_alias" "this" {
  for_each = aws_kms_key.this

  name          = "alias/${var.name}-ca-${each.key}"
  target_key_id = each.value.key_id
}

data "aws_kms_public_key" "this" {
  for_each = aws_kms_key.this

  key_id = each.value.arn
}

locals {
  public_keys = { for name, key in data.aws_kms_public_key.this : name => key.public_key }
}
