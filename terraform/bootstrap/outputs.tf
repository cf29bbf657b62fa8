output "bucket_name" {
  description = "Name of the state bucket; give it to `scripts/terraform` as `TF_STATE_BUCKET`."
  value       = module.backend.bucket_name
}

output "bucket_region" {
  description = "Region of the state bucket; give it to `scripts/terraform` as `TF_STATE_REGION` if it is not us-east-1."
  value       = var.region
}
