output "api_url" {
  description = "Base URL of the API; `VM_POOL_URL` for vm-pool."
  value       = module.vm_pool.api_url
}

output "function_name" {
  description = "Name of the function, for `npm run logs -- --function NAME`."
  value       = module.vm_pool.function_name
}

output "instance_ids" {
  description = "Ids of the instances, which are the ids of the VMs."
  value       = aws_instance.vm[*].id
}
