output "getvm_url" {
  description = "POST to this URL to borrow a VM."
  value       = module.vm_pool.getvm_url
}

output "certificate_authority_public_keys" {
  description = "What sshd of each VM must trust; scripts/enroll puts it there."
  value       = module.vm_pool.certificate_authority_public_keys
}
