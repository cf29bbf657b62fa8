output "bucket_name" {
  description = "Name of the state bucket, known once everything that protects it is in place."
  value       = module.guard.bucket
}

output "bucket_arn" {
  description = "ARN of the state bucket, for the policies of those who plan and apply."
  value       = aws_s3_bucket.this.arn
}
