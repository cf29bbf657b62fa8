variable "zone_name" {
  description = "Public DNS zone in Route 53 of this account."
  type        = string
  default     = "example.com"
  nullable    = false
}

variable "domain_name" {
  description = "Name of the API; it lies in the zone."
  type        = string
  default     = "vms.example.com"
  nullable    = false
}
