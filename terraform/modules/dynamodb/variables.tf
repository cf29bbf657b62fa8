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
  description = "KMS key that encrypts the table. Its policy must let IAM policies of the account grant its use (see the README of module `dynamodb`). Null means `aws/dynamodb`, which AWS manages."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key, not of an alias."
  }
}

variable "deletion_protection_enabled" {
  description = "Whether DynamoDB refuses to delete the table. To delete it, set this to false and apply first."
  type        = bool
  nullable    = false
}

variable "max_request_units" {
  description = "Most request units per second that the table takes, and each of its indexes, of reads and of writes; DynamoDB throttles the rest. This bounds the bill. Null sets no bound."
  type = object({
    read  = number
    write = number
  })
  default = null

  validation {
    condition     = alltrue([for units in concat(var.max_request_units[*].read, var.max_request_units[*].write) : units >= 1 && floor(units) == units])
    error_message = "max_request_units: read and write must be whole numbers of at least 1."
  }
}
