output "bucket_name" {
  description = "Name of the state bucket, known once everything that protects it is in place."
  value       = aws_s3_bucket.this.bucket

  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "bucket_arn" {
  description = "ARN of the state bucket, for the policies of those who plan and apply."
  value       = aws_s3_bucket.this.arn
}
