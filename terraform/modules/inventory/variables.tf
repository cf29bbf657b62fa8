variable "bucket_name" {
  description = "Name of the bucket; all of AWS shares the names of buckets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name must be 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends. Dots would break TLS."
  }
}

variable "inventory" {
  description = "Plain text of the inventory file."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(var.inventory))
    error_message = "inventory must be JSON."
  }
}
