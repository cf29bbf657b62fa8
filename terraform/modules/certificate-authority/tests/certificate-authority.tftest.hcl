# The real provider, offline: policy JSON and ARNs are then what AWS would get, not random words of a mock.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# Only for what AWS decides: ARNs and public keys.
mock_provider "aws" {
  alias = "applied"

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  override_resource {
    target = aws_kms_key.this["a"]
    values = { arn = "arn:aws:kms:us-east-1:123456789012:key/aaaaaaaa-12ab-44cd-a6ef-1234567890ab" }
  }

  override_resource {
    target = aws_kms_key.this["b"]
    values = { arn = "arn:aws:kms:us-east-1:123456789012:key/bbbbbbbb-12ab-44cd-a6ef-1234567890ab" }
  }

  override_data {
    target = data.aws_kms_public_key.this["a"]
    values = { public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEE8UmRrR+IwDTwfZtmsmR2nFkHiJmUWDiMuBQhG7BEEBf3pn/L4wHZHMJid0m7m0tkIqp93CtJ5uuFAg6mvCqEg==" }
  }

  override_data {
    target = data.aws_kms_public_key.this["b"]
    values = { public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4KtqdCcP/PbJOQ0//usp3vB0lM//bSESSqj63LP4a+zaHsrdQfsUDaPKeGXr5T193gB7VSHx6PeZr/U8KlGLKQ==" }
  }
}

variables {
  name            = "vm-pool-dev"
  signer_role_arn = "arn:aws:iam::123456789012:role/services/vm-pool-dev-us-east-1"
  signing_key     = "a"
}

run "makes_two_signing_keys_that_can_be_brought_back_for_a_month" {
  command = plan

  assert {
    condition     = keys(aws_kms_key.this) == ["a", "b"] && keys(aws_kms_alias.this) == ["a", "b"]
    error_message = "A second key must be trusted before anybody needs it."
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.customer_master_key_spec == "ECC_NIST_P256" && key.key_usage == "SIGN_VERIFY" && key.deletion_window_in_days == 30])
    error_message = "The keys must sign with P-256, and a destroyed one must wait as long as KMS allows."
  }

  assert {
    condition     = aws_kms_alias.this["b"].name == "alias/vm-pool-dev-ca-b"
    error_message = "People must find the keys by name."
  }
}

run "lets_the_function_sign_and_nobody_else" {
  command = plan

  assert {
    condition = alltrue([for key in aws_kms_key.this : [
      for statement in jsondecode(key.policy).Statement : { principal = statement.Principal, condition = statement.Condition }
      if contains(flatten([statement.Action]), "kms:Sign")
      ] == [{
        principal = { AWS = "arn:aws:iam::123456789012:root" }
        condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::123456789012:role/services/vm-pool-dev-us-east-1" } }
    }]])
    error_message = "Whoever signs is root on every VM: ${aws_kms_key.this["a"].policy}"
  }

  assert {
    condition = alltrue(flatten([for statement in jsondecode(aws_kms_key.this["a"].policy).Statement :
      [for action in flatten([statement.Action]) : !strcontains(action, "*") && action != "kms:CreateGrant"]
    ]))
    error_message = "A wildcard or a grant would let others sign: ${aws_kms_key.this["a"].policy}"
  }

  assert {
    condition = alltrue([for action in ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"] : anytrue([
      for statement in jsondecode(aws_kms_key.this["a"].policy).Statement :
      statement.Principal.AWS == "arn:aws:iam::123456789012:root" && contains(flatten([statement.Action]), action)
    ])])
    error_message = "The administrators of the account must keep hold of the key: ${aws_kms_key.this["a"].policy}"
  }
}

# The lines are those that `ssh-keygen -i -m PKCS8` printed for these keys.
run "prints_what_sshd_reads" {
  providers = { aws = aws.applied }

  assert {
    condition = output.openssh_public_keys == [
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBPFJka0fiMA08H2bZrJkdpxZB4iZlFg4jLgUIRuwRBAX96Z/y+MB2RzCYndJu5tLZCKqfdwrSebrhQIOprwqhI=",
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOCranQnD/z2yTkNP/7rKd7wdJTP/20hEkqo+tyz+Gvs2h7K3UH7FA2jynhl6+U9fd4Ae1Uh8ej3ma/1PCpRiyk=",
    ]
    error_message = "sshd would not trust the keys: ${jsonencode(output.openssh_public_keys)}"
  }
}

run "names_the_key_that_signs_first" {
  providers = { aws = aws.applied }

  variables {
    signing_key = "b"
  }

  assert {
    condition     = output.signing_key_arn == "arn:aws:kms:us-east-1:123456789012:key/bbbbbbbb-12ab-44cd-a6ef-1234567890ab" && startswith(output.public_keys[0], "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4Ktq")
    error_message = "The function takes the first public key for that of the key that signs: ${jsonencode(output.public_keys)}"
  }

  assert {
    condition     = length(output.public_keys) == 2 && output.key_arns == ["arn:aws:kms:us-east-1:123456789012:key/aaaaaaaa-12ab-44cd-a6ef-1234567890ab", "arn:aws:kms:us-east-1:123456789012:key/bbbbbbbb-12ab-44cd-a6ef-1234567890ab"]
    error_message = "Both keys must stay trusted and usable."
  }
}

run "refuses_a_third_key_and_a_role_by_wildcard" {
  command = plan

  variables {
    name                 = "vm pool"
    signing_key          = "c"
    signer_role_arn      = "arn:aws:iam::123456789012:role/*"
    deletion_window_days = 6
  }

  expect_failures = [var.name, var.signing_key, var.signer_role_arn, var.deletion_window_days]
}
