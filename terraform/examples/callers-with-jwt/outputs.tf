output "getvm_url" {
  description = "URL to POST to for borrowing a VM."
  value       = module.vm_pool.getvm_url
}
