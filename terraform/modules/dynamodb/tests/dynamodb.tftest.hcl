# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name                        = "vm-pool-dev"
  deletion_protection_enabled = false
}

run "has_the_keys_and_indexes_that_the_store_reads_by" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.name == "vm-pool-dev" && aws_dynamodb_table.this.hash_key == "pk" && aws_dynamodb_table.this.range_key == "sk"
    error_message = "The store finds items by pk and sk."
  }

  assert {
    condition = { for index in aws_dynamodb_table.this.global_secondary_index : index.name => "${index.hash_key} ${index.range_key} ${index.projection_type}" } == {
      by-user = "eventUser sk ALL"
      vms     = "listed pk INCLUDE"
      work    = "work dueAtSec KEYS_ONLY"
    }
    error_message = "An index is missing, new, or has other keys: ${jsonencode(aws_dynamodb_table.this.global_secondary_index)}"
  }

  assert {
    condition     = { for attribute in aws_dynamodb_table.this.attribute : attribute.name => attribute.type } == { dueAtSec = "N", eventUser = "S", listed = "S", pk = "S", sk = "S", work = "S" }
    error_message = "Times are numbers, or they would be ordered as text; everything else is text."
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "A table with a provisioned capacity throttles a stampede."
  }

  assert {
    condition     = aws_dynamodb_table.this.ttl[0].enabled && aws_dynamodb_table.this.ttl[0].attribute_name == "ttl"
    error_message = "Without TTL old events would stay for ever."
  }

  assert {
    condition     = output.index_names == toset(["by-user", "vms", "work"])
    error_message = "The function's policy is made of these names: ${join(", ", output.index_names)}"
  }
}

run "keeps_its_data_secret_and_restorable" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].enabled
    error_message = "The table must be encrypted with a key of the account."
  }

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled
    error_message = "What was overwritten by mistake must be restorable."
  }

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled == false
    error_message = "A table that nobody protects must go with the rest."
  }
}

run "takes_ones_own_key_and_the_protection" {
  command = plan

  variables {
    kms_key_arn                 = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
    deletion_protection_enabled = true
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
    error_message = "kms_key_arn must reach the table."
  }

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "deletion_protection_enabled must reach the table."
  }
}

run "refuses_what_is_malformed" {
  command = plan

  variables {
    name        = "vm pool"
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:alias/leases"
  }

  expect_failures = [var.name, var.kms_key_arn]
}
