data "aws_partition" "current" {}
data "aws_region" "current" {}

# The table that leases live in when the store is `dynamodb`. All kinds of items share it, each with its own prefix of the key;
# lambda/store/dynamodb/items.ts describes them.
resource "aws_dynamodb_table" "this" {
  name = var.name

  # Lending comes in bursts, with hardly any load between them.
  billing_mode = "PAY_PER_REQUEST"

  dynamic "on_demand_throughput" {
    for_each = var.max_request_units[*]

    content {
      max_read_request_units  = on_demand_throughput.value.read
      max_write_request_units = on_demand_throughput.value.write
    }
  }

  hash_key  = "pk"
  range_key = "sk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  # The tick's work in order of time: VMs by pool and state, then by when they are due.
  attribute {
    name = "work"
    type = "S"
  }

  attribute {
    name = "dueAtSec"
    type = "N"
  }

  global_secondary_index {
    name            = "work"
    hash_key        = "work"
    range_key       = "dueAtSec"
    projection_type = "KEYS_ONLY"

    dynamic "on_demand_throughput" {
      for_each = var.max_request_units[*]

      content {
        max_read_request_units  = on_demand_throughput.value.read
        max_write_request_units = on_demand_throughput.value.write
      }
    }
  }

  # All VMs by id, to list them while they are borrowed and given back: a change of state does not write to this index.
  attribute {
    name = "listed"
    type = "S"
  }

  global_secondary_index {
    name               = "vms"
    hash_key           = "listed"
    range_key          = "pk"
    projection_type    = "INCLUDE"
    non_key_attributes = ["pool"]

    dynamic "on_demand_throughput" {
      for_each = var.max_request_units[*]

      content {
        max_read_request_units  = on_demand_throughput.value.read
        max_write_request_units = on_demand_throughput.value.write
      }
    }
  }

  # The events of a user. Those of a VM need no index: they lie under the VM's key.
  attribute {
    name = "eventUser"
    type = "S"
  }

  global_secondary_index {
    name            = "by-user"
    hash_key        = "eventUser"
    range_key       = "sk"
    projection_type = "ALL"

    dynamic "on_demand_throughput" {
      for_each = var.max_request_units[*]

      content {
        max_read_request_units  = on_demand_throughput.value.read
        max_write_request_units = on_demand_throughput.value.write
      }
    }
  }

  # Only for items that nobody reads any longer, such as old events: DynamoDB may take days to remove them.
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  # The table contains user ids. Without a key of the customer, AWS's key aws/dynamodb encrypts it, and CloudTrail logs its uses.
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  # To any second of the last 35 days, the most that DynamoDB offers.
  point_in_time_recovery {
    enabled = true
  }

  deletion_protection_enabled = var.deletion_protection_enabled

  lifecycle {
    # A change that needs another table would lose every lease. In this order it fails instead, because the name is taken. And
    # when the store goes back to memory, the function changes before its table is deleted.
    create_before_destroy = true
  }
}
