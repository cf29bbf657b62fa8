variable "bucket_name" {
  description = "Name of the bucket; all of AWS shares the names of buckets, so put the account id in it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name must be 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends. Dots would break TLS."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the state. Null means the key that S3 owns (AES256)."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key, not of an alias."
  }
}

variable "noncurrent_version_days" {
  description = "Days that S3 keeps a replaced state, counted from its replacement."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.noncurrent_version_days >= 1 && floor(var.noncurrent_version_days) == var.noncurrent_version_days
    error_message = "noncurrent_version_days must be a whole number of at least 1."
  }
}

variable "plan_days" {
  description = "Days that S3 keeps a plan file under `plans/`. A deployment that waits longer for its approval must be planned again."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.plan_days >= 1 && floor(var.plan_days) == var.plan_days
    error_message = "plan_days must be a whole number of at least 1."
  }
}
