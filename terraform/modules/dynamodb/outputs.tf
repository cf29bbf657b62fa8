output "table_name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "table_arn" {
  description = "ARN of the table, for those who back it up or look into it."
  value       = aws_dynamodb_table.this.arn
}

output "index_names" {
  description = "Names of the table's indexes, for the policy of the function."
  value       = toset([for index in aws_dynamodb_table.this.global_secondary_index : index.name])
}

output "deletion_protection_enabled" {
  description = "Whether DynamoDB refuses to delete the table."
  value       = aws_dynamodb_table.this.deletion_protection_enabled
}
