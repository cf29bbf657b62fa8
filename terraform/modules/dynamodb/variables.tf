variable "name" {
  description = "Name of the table."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.name))
    error_message = "name must be 3 to 255 letters, digits, underscores, dots and hyphens."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the table; its policy has to let the function's role and those who apply use it through DynamoDB. Null means the account's own `aws/dynamodb`, which AWS manages."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key, not of an alias."
  }
}

variable "deletion_protection_enabled" {
  description = "Whether DynamoDB refuses to delete the table, to whomever. Who means it turns this off and applies first."
  type        = bool
  nullable    = false
}
