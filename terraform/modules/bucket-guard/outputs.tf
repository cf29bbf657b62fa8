output "bucket" {
  description = "Name of the bucket, known once everything that protects it is in place."
  value       = aws_s3_bucket_versioning.this.bucket

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}

output "policy" {
  description = "Policy of the bucket, JSON."
  value       = aws_s3_bucket_policy.this.policy
}

output "encryption" {
  description = "How S3 encrypts objects whose writer names no encryption: `algorithm`, and `kms_key_arn` if it is a key of KMS."
  value = {
    for default in one(aws_s3_bucket_server_side_encryption_configuration.this.rule[*].apply_server_side_encryption_by_default) :
    "default" => { algorithm = default.sse_algorithm, kms_key_arn = default.kms_master_key_id }
  }.default
}
