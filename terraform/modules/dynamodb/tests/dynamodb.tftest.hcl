# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "china"
  region                      = "cn-north-1"
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
    error_message = "Without TTL old events would stay forever."
  }

  assert {
    condition = jsonencode(output.table) == jsonencode({
      name         = "vm-pool-dev"
      index_names  = ["by-user", "vms", "work"]
      kms_key_arn  = null
      endpoint_url = "https://dynamodb.us-east-1.amazonaws.com"
    })
    error_message = "The function's policy and settings are made of this: ${jsonencode(output.table)}"
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
    error_message = "Items that were overwritten by mistake must be restorable."
  }

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled == false
    error_message = "An unprotected table must be deleted with the rest."
  }

  assert {
    condition     = length(aws_dynamodb_table.this.on_demand_throughput) == 0
    error_message = "Without max_request_units the table must take any load."
  }
}

run "takes_a_key_of_the_customer_and_the_protection" {
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

run "bounds_the_requests_to_the_table_and_to_each_index" {
  command = plan

  variables {
    max_request_units = { read = 400, write = 200 }
  }

  assert {
    condition = [
      for block in concat(aws_dynamodb_table.this.on_demand_throughput, flatten([for index in aws_dynamodb_table.this.global_secondary_index : index.on_demand_throughput])) :
      "${block.max_read_request_units} ${block.max_write_request_units}"
    ] == ["400 200", "400 200", "400 200", "400 200"]
    error_message = "An index without a bound can be read without one, whatever the table's: ${jsonencode(aws_dynamodb_table.this.global_secondary_index)}"
  }
}

run "knows_the_endpoint_of_another_partition" {
  command   = plan
  providers = { aws = aws.china }

  assert {
    condition     = output.table.endpoint_url == "https://dynamodb.cn-north-1.amazonaws.com.cn"
    error_message = "The domain must be the partition's: ${output.table.endpoint_url}"
  }
}

run "refuses_malformed_settings" {
  command = plan

  variables {
    name              = "vm pool"
    kms_key_arn       = "arn:aws:kms:us-east-1:123456789012:alias/leases"
    max_request_units = { read = 0, write = 1.5 }
  }

  expect_failures = [var.name, var.kms_key_arn, var.max_request_units]
}
