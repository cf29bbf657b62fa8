variable "name" {
  description = "Name of the service and its environment; the function is named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,45}$", var.name))
    error_message = "name must be 1 to 45 letters, digits, hyphens and underscores, so that \"-ssh\" and the region fit behind it in a role name."
  }
}

variable "role" {
  description = "Path of the role, and the ARN of the policy that bounds its permissions (null for none). Module `iam` validates the same values."
  type = object({
    path                 = string
    permissions_boundary = string
  })
  default  = { path = "/", permissions_boundary = null }
  nullable = false
}

variable "package" {
  description = "Zip of the main function, which also has `visitor.mjs` at its top; as in module `lambda`, which validates it."
  type = object({
    path              = optional(string)
    s3_bucket         = optional(string)
    s3_key            = optional(string)
    s3_object_version = optional(string)
    code_sha256       = optional(string)
  })
  nullable = false
}

variable "runtime" {
  description = "Lambda runtime, that of the main function."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of a VPC from which the VMs can be reached. Empty: the function runs outside of any VPC and reaches public addresses only."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.subnet_ids : can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "subnet_ids must be ids of subnets, such as subnet-0123456789abcdef0."
  }
}

variable "security_group_ids" {
  description = "Security groups of the function in that VPC; they must let it out to the SSH ports of the VMs, and need let nobody in."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.security_group_ids : can(regex("^sg-[0-9a-f]+$", id))])
    error_message = "security_group_ids must be ids of security groups, such as sg-0123456789abcdef0."
  }

  validation {
    condition     = (length(var.security_group_ids) > 0) == (length(var.subnet_ids) > 0)
    error_message = "subnet_ids and security_group_ids belong together: set both or none."
  }
}

variable "reserved_concurrency" {
  description = "Most visits at a time. AWS takes that many from the account's quota, which must keep 100 for other functions. Null sets no limit."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be null or a whole number of at least 1; 0 would stop the function."
  }
}

variable "log_retention_days" {
  description = "Days that the log group keeps its lines."
  type        = number
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "KMS key for the log group, as in module `logs`. Null means a key that AWS owns."
  type        = string
  default     = null
}
