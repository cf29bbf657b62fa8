variable "name" {
  description = "Name of the service and its environment; the aliases of the keys begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "signer_role_arn" {
  description = "ARN of the only role that may sign. It need not exist yet."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", var.signer_role_arn))
    error_message = "signer_role_arn must be the ARN of one IAM role, without a wildcard."
  }
}

variable "signing_key" {
  description = "Key that signs: `a` or `b`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["a", "b"], var.signing_key)
    error_message = "signing_key must be a or b."
  }
}

variable "deletion_window_days" {
  description = "Days that KMS waits before it deletes a destroyed key. VMs that trust a deleted key must be enrolled again."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "deletion_window_days must be a whole number from 7 to 30, as KMS asks."
  }
}
