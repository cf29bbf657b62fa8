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

variable "package_path" {
  description = "Zip of the built function, with `index.mjs` at its top. The same source gives the same bytes, so an unchanged function is not deployed again."
  type        = string
  nullable    = false
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
  description = "Most invocations at a time. AWS takes that many from the account's quota, which must keep 100 for other functions. Null sets no limit."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be null or a whole number of at least 1; 0 would stop the function."
  }
}

variable "tracing_enabled" {
  description = "Samples invocations into X-Ray. The role must allow it."
  type        = bool
  default     = false
  nullable    = false
}
