variable "name" {
  description = "Name of the schedule group; the role is named after it too."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,54}$", var.name))
    error_message = "name must be 1 to 54 letters, digits, dots, hyphens and underscores, so that \"-scheduler\" fits behind it in a role name."
  }
}

variable "function_arn" {
  description = "The one function the tick may invoke."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+$", var.function_arn))
    error_message = "function_arn must be the ARN of one function, without version or wildcard."
  }
}

variable "schedule_expression" {
  description = "When to tick. A lease is void the moment it ends, whatever this says; it only sets how soon its VM is free again and how fine the pool's graphs are."
  type        = string
  default     = "rate(1 minute)"
  nullable    = false

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.schedule_expression))
    error_message = "schedule_expression must be rate(...) or cron(...)."
  }
}
