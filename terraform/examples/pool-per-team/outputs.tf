output "api_urls" {
  description = "Base URL of each team's API."
  value       = { for team, service in module.vm_pool : team => service.api_url }
}
