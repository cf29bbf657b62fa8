output "table" {
  description = "Name of the table, names of its indexes, the customer's key that encrypts it (null for AWS's own), and the URL of DynamoDB in this region and partition."
  value = {
    name         = aws_dynamodb_table.this.name
    index_names  = toset([for index in aws_dynamodb_table.this.global_secondary_index : index.name])
    kms_key_arn  = var.kms_key_arn
    endpoint_url = "https://dynamodb.${data.aws_region.current.id}.${data.aws_partition.current.dns_suffix}"
  }
}

output "deletion_protection_enabled" {
  description = "Whether DynamoDB refuses to delete the table. For the tests of the root."
  value       = aws_dynamodb_table.this.deletion_protection_enabled
}

output "max_request_units" {
  description = "Most request units per second of reads and of writes; null without a bound. For the tests of the root."
  value       = one([for cap in aws_dynamodb_table.this.on_demand_throughput : { read = cap.max_read_request_units, write = cap.max_write_request_units }])
}
