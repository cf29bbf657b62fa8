output "url" {
  description = "Where the function finds the inventory. Available only once everything that protects the bucket is in place."
  value       = "s3://${module.guard.bucket}/${aws_s3_object.this.key}"

  depends_on = [aws_s3_object.this]
}

output "object" {
  description = "Bucket and key of the inventory, for the policy of the role that reads it."
  value       = { bucket_name = var.bucket_name, key = aws_s3_object.this.key }
}
