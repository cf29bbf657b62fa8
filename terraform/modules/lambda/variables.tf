variable "name" {
  description = "Name of the function."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "role_arn" {
  description = "ARN of the role that the function runs as."
  type        = string
  nullable    = false
}

variable "package" {
  description = "Zip of the built function, with `index.mjs` at its top: a local file, or an object in S3. The same source gives the same bytes, so Terraform deploys an unchanged function only once. `code_sha256` (base64) shows a change of an object that keeps its key."
  type = object({
    path              = optional(string)
    s3_bucket         = optional(string)
    s3_key            = optional(string)
    s3_object_version = optional(string)
    code_sha256       = optional(string)
  })
  nullable = false

  validation {
    condition     = (var.package.path == null) != (var.package.s3_bucket == null) && (var.package.s3_bucket == null) == (var.package.s3_key == null)
    error_message = "package must name either a local file (path) or an object in S3 (s3_bucket and s3_key)."
  }

  validation {
    condition     = var.package.path == null || (var.package.s3_object_version == null && var.package.code_sha256 == null)
    error_message = "s3_object_version and code_sha256 belong to a package in S3; Terraform reads the digest of a local file."
  }
}

variable "runtime" {
  description = "Lambda runtime: Node.js 22 or later. A version newer than the AWS provider needs a newer provider."
  type        = string
  default     = "nodejs22.x"
  nullable    = false

  validation {
    condition     = can(regex("^nodejs(2[2-9]|[3-9][0-9])[.]x$", var.runtime))
    error_message = "runtime must be nodejs22.x or a later one; the function is built for Node.js 22."
  }
}

variable "log_group_name" {
  description = "Existing log group that the function writes to."
  type        = string
  nullable    = false
}

variable "environment_variables" {
  description = "Settings of the function; a null is left out. Put no secrets here: everybody who may read the function's configuration sees them."
  type        = map(string)
  nullable    = false
}

variable "memory_mb" {
  description = "Memory in MB; CPU grows with it. Below 1024 the first request of a cold function takes several times as long, above it hardly less."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "Longest run of one invocation, in seconds. Below the 30 s limit of an HTTP API integration, so that the function fails before its caller gives up."
  type        = number
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 29 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 1 to 29."
  }
}

variable "reserved_concurrency" {
  description = "Most invocations at a time. AWS takes that many from the account's quota, which must keep 100 for other functions. Null sets no limit; 0 stops the function."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 0 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be null or a whole number of at least 0."
  }
}

variable "tracing_enabled" {
  description = "Samples invocations into X-Ray. The role must allow it."
  type        = bool
  default     = false
  nullable    = false
}
