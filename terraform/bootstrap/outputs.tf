output "bucket_name" {
  description = "Name of the state bucket; give it to `scripts/terraform` as `TF_STATE_BUCKET`."
  value       = module.backend.bucket_name
}
