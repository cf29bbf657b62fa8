output "api_url" {
  description = "Base URL of the API."
  value       = module.vm_pool.api_url
}

output "getvm_url" {
  description = "URL to POST to for borrowing a VM."
  value       = module.vm_pool.getvm_url
}

output "releasevm_url" {
  description = "URL to POST to for giving a VM back."
  value       = module.vm_pool.releasevm_url
}

output "vm_pool" {
  description = "Every output of the module."
  value       = module.vm_pool
}
