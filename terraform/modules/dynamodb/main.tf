# The table that leases live in when the store is `dynamodb`. Every kind of item shares it, told apart by the prefix of its
# key; what lies under which key is described beside the code that writes it, in lambda/store/dynamodb/.
resource "aws_dynamodb_table" "this" {
  name = var.name

  # Lending comes in bursts around very little, and the table has to take a stampede without being sized for one.
  billing_mode = "PAY_PER_REQUEST"

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

  # Work for the tick, in the order of time: VMs by pool and state, then by when they are due.
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
  }

  # What happened to a user. The events of a VM need no index: they lie under the VM's own key.
  attribute {
    name = "eventUser"
    type = "S"
  }

  global_secondary_index {
    name            = "by-user"
    hash_key        = "eventUser"
    range_key       = "sk"
    projection_type = "ALL"
  }

  # Only for what nobody asks for any more, such as old events: DynamoDB may take days to remove it.
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  # Who holds which VM is in here. Of the keys without upkeep, aws/dynamodb is the one whose uses are told in CloudTrail;
  # DynamoDB lets everybody in the account who may read the table use it, so the function's role needs nothing of KMS.
  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  # Any second of the last 35 days, which is as far back as DynamoDB goes.
  point_in_time_recovery {
    enabled = true
  }

  deletion_protection_enabled = var.deletion_protection_enabled

  lifecycle {
    # A change that needs another table would lose every lease. In this order it fails instead, because the name is taken.
    # And a function that goes back to memory is told so before its table goes.
    create_before_destroy = true
  }
}
